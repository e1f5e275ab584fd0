import type { z } from "zod";
import { inspectConfig } from "../parse.ts";
import { formatProblem } from "../problem.ts";
import type { Problem } from "../problem.ts";
import { config } from "../schema/config.ts";
import { draftSection, dropped, Findings, taken } from "./draft.ts";
import type { Draft, Secret } from "./draft.ts";
import type { OldDict, OldEntry } from "./old.ts";
import { readOldConfig } from "./read-old.ts";
import { draftBackupCluster, draftClusters, draftLogLevel, draftLoose, draftProfiles } from "./sections.ts";
import { writeYaml } from "./write.ts";

export type { Secret } from "./draft.ts";

export type Conversion =
  | {
      readonly yaml: string;
      /** Files to write beside it, readable by their owner only. */
      readonly secrets: readonly Secret[];
      /** For the person who converts: what was not taken over, and what is left to do. */
      readonly notes: readonly string[];
    }
  | { readonly problems: readonly Problem[] };

export interface ConvertOptions {
  /** Name of the old file, for messages. */
  readonly file: string;
  /** Where secrets shall be. */
  readonly secretsDirectory?: string | undefined;
}

/**
 * The old tool's configuration, a Python file, as YAML. Never runs it: what is not an assignment of literals
 * is a problem. What only a person can decide is left out or left wrong on purpose, and stands in the notes.
 */
export function convertConfig(
  oldText: string,
  { file, secretsDirectory = "/etc/backurne/secrets" }: ConvertOptions,
): Conversion {
  const old = readOldConfig(oldText, file);
  if ("problems" in old) return old;
  const findings = new Findings(file, secretsDirectory);
  const draft = draftRoot(old.root, findings);
  const yaml = writeYaml(draft, { head: headOf(file), foot: defaultsNotIn(draft) });
  return { yaml, secrets: findings.secrets, notes: [...findings.notes, ...toDo(yaml)] };
}

function draftRoot(root: OldDict, findings: Findings): Draft {
  const special: Record<string, (entry: OldEntry) => Draft> = {
    backup_cluster: (entry) => draftBackupCluster(entry, findings),
    profiles: (entry) => draftProfiles(entry, "", findings),
    live_clusters: (entry) => draftClusters(entry, findings),
    log_level: (entry) => draftLogLevel(entry, findings),
    influxdb: (entry) => draftLoose("influxdb", entry, findings),
    profiles_api: (entry) => draftLoose("profiles_api", entry, findings),
    fsfreeze: (entry) => {
      const why = "is left out: the old tool never really froze, and with this line we would";
      return entry.value === true
        ? dropped({ key: "fsfreeze", entry, why }, "", findings)
        : taken({ key: "fsfreeze", entry, value: entry.value, schema: config.shape.fsfreeze }, "", findings);
    },
  };
  return draftSection(root, { path: "", shape: config.shape, special }, findings);
}

function headOf(file: string): string {
  return `Converted from ${file.replace(/^.*\//, "")}. \`backurne config example\` explains every key.
What is different from the old tool:
- count is also a number: a point goes when it is old enough AND so many newer good ones exist.
- New snapshots are named in UTC; old names are read in legacy_timezone (default: the host's).
- Images whose last backup expired go to the trash for trash_days.
- Comments of the old file are not carried over.
- This file, and files with secrets, must not be readable by others.`;
}

/** Every default the old file left to the old tool, for the eye: it may have been another one there. */
function defaultsNotIn(draft: Draft): string {
  const given = new Set(draft.map((line) => ("key" in line ? line.key : "")));
  const lines = Object.entries(config.shape as Record<string, z.ZodType>).flatMap(([key, schema]) => {
    const read = schema.safeParse(undefined);
    if (given.has(key) || !read.success || read.data === undefined || typeof read.data === "object") return [];
    return [`${key}: ${JSON.stringify(read.data)}`];
  });
  return lines.length === 0 ? "" : [" The old file says nothing of these; their defaults now:", ...lines].join("\n");
}

function toDo(yaml: string): readonly string[] {
  return inspectConfig(yaml, "backurne.yaml").problems.map((problem) => `left to do: ${formatProblem(problem)}`);
}
