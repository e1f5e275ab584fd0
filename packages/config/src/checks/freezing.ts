import { fieldsOf, listOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { clustersOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Somebody who asks for it on a plain cluster would believe that he has it. */
export function* checkFreezing(root: Fields): Iterable<Finding> {
  for (const { path, fields } of clustersOf(root)) {
    if (fields.type !== "plain") continue;
    const rules = listOf(fields.rules).map((rule, index) => ({
      path: [...path, "rules", index],
      fields: fieldsOf(rule),
    }));
    for (const place of [{ path, fields }, ...rules]) {
      if (place.fields.fsfreeze !== true) continue;
      yield { path: [...place.path, "fsfreeze"], message: "nobody can hold a plain cluster's guests still", at: "key" };
    }
  }
}
