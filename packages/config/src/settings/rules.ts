import type { Rule } from "@backurne/model";
import type { Path, Problem } from "../problem.ts";
import type { ClusterConfig } from "../schema/config.ts";

export type Place = Pick<Problem, "file" | "line" | "column">;
export type Locate = (path: Path) => Place;

/** `exclude`, `include` and `rules` as one list, in the order in which they stand in the file. */
export function resolveRules(cluster: ClusterConfig, locate: Locate): readonly Rule[] {
  const { exclude = [], include = [], rules = [] } = cluster;
  const all = [
    ...exclude.map((match, index) => ({ key: "exclude", index, match, effect: "exclude" as const })),
    ...include.map((match, index) => ({ key: "include", index, match, effect: "include" as const })),
    ...rules.map((rule, index) => ({ key: "rules", index, ...rule, effect: "set" as const })),
  ];
  return all
    .map(({ key, index, ...rule }) => ({ rule, path: `${cluster.name}.${key}[${index}]`, place: locate([key, index]) }))
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .map(({ rule, path, place: { file, line } }) => ({ ...rule, path, place: { file, line } }));
}
