import { textOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { clustersOf } from "./finding.ts";
import type { Finding, NumberedCluster } from "./finding.ts";

/** Our own words, and what the old tool's parser left behind. */
const RESERVED = /^(?:restore-|partial-|closed-|1,|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12},)/;

/** Names of clusters are unique, and so is the first part of the names of their backups. */
export function* checkNames(root: Fields): Iterable<Finding> {
  const names = new Map<string, NumberedCluster>();
  const idents = new Map<string, string>();
  for (const cluster of clustersOf(root)) {
    const name = textOf(cluster.fields.name);
    if (name === undefined) continue;
    const ident = `${textOf(cluster.fields.ident_prefix) ?? ""}${name}`;
    const path = [...cluster.path, "name"];
    const meaning = "such images have a meaning of their own";
    const [word] = RESERVED.exec(name) ?? [];
    const [whole] = RESERVED.exec(ident) ?? [];
    if (word !== undefined) yield { path, message: `a name cannot begin with "${word}": ${meaning}` };
    else if (whole !== undefined) {
      yield { path: [...cluster.path, "ident_prefix"], message: `with the name it begins with "${whole}": ${meaning}` };
    }
    if (names.has(name)) yield { path, message: `another cluster has the name "${name}" already` };
    else if (cluster.fields.type === "plain") {
      const other = idents.get(ident);
      if (other !== undefined) {
        yield {
          path,
          message: `its backups would be called "${ident};…", as those of "${other}"; give one of them another ident_prefix`,
        };
      }
      idents.set(ident, name);
    }
    names.set(name, cluster);
  }
}
