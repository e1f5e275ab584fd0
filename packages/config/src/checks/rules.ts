import { fieldsOf, listOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { mergeProfiles } from "../merge.ts";
import type { Path } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import { clustersOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** What the images of a plain cluster have; a rule about anything else would never match, and nobody would see. */
const PLAIN = ["name", "pool", "namespace"];
const GUESTS = ["tag", "vmid", "storage", "adapter", "kind"];

/** Rules name profiles that exist, and things that their cluster has. */
export function* checkRules(root: Fields): Iterable<Finding> {
  for (const { path, fields } of clustersOf(root)) {
    const profiles = Object.keys(mergeProfiles(fieldsOf(root.profiles), fieldsOf(fields.profiles)));
    for (const [index, rule] of listOf(fields.rules).entries()) {
      const here = [...path, "rules", index];
      for (const [position, profile] of listOf(fieldsOf(rule).profiles).entries()) {
        if (typeof profile !== "string" || profiles.includes(profile)) continue;
        yield {
          path: [...here, "profiles", position],
          message: `there is no profile "${profile}"${didYouMean(profile, profiles)}`,
        };
      }
    }
    if (fields.type === "plain") yield* checkPlainMatches(path, fields);
  }
}

function* checkPlainMatches(path: Path, fields: Fields): Iterable<Finding> {
  const matches = [
    ...listOf(fields.exclude).map((match, index) => ({ match, path: [...path, "exclude", index] })),
    ...listOf(fields.include).map((match, index) => ({ match, path: [...path, "include", index] })),
    ...listOf(fields.rules).map((rule, index) => ({
      match: fieldsOf(rule).match,
      path: [...path, "rules", index, "match"],
    })),
  ];
  for (const { match, path: here } of matches) {
    for (const key of Object.keys(fieldsOf(match)).filter((word) => GUESTS.includes(word))) {
      yield { path: [...here, key], message: `images of a plain cluster have only ${PLAIN.join(", ")}`, at: "key" };
    }
  }
}
