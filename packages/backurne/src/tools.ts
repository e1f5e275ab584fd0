import type { Reached, Site } from "@backurne/engine";
import type { Executor } from "@backurne/exec";
import type { Settings } from "@backurne/model";

/** Parallel requests of one export: with some milliseconds to the OSDs 40 of them are four times as fast as 10. */
export const EXPORT_OPS = 40;

/** What clusters are opened with. */
export interface Tools {
  readonly settings: Settings;
  readonly executor: Executor;
  /** Of every program. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Opened {
  readonly reached: Reached;
  /** Where its programs run, as far as that is known now. */
  sites(): readonly Site[];
  close(): Promise<void>;
}

/** The program that prints digests. */
export function digestOf({ hashBinary = "xxhsum" }: Settings): string {
  return hashBinary;
}

/** An environment as programs are given it. */
export function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
