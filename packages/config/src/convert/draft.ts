import type { z } from "zod";
import { misfit } from "./fit.ts";
import { isDict, toPlain } from "./old.ts";
import type { OldDict, OldEntry, OldValue } from "./old.ts";

/** A mapping to be written: values and comments in order. */
export type Line = { readonly key: string; readonly value: unknown } | { readonly comment: string };
export type Draft = readonly Line[];

export interface Secret {
  readonly file: string;
  readonly content: string;
}

/** What a conversion gathers on its way: secrets to write, and things to tell. */
export class Findings {
  readonly secrets: Secret[] = [];
  readonly notes: string[] = [];
  readonly #file: string;
  readonly #directory: string;

  constructor(file: string, directory: string) {
    this.#file = file;
    this.#directory = directory;
  }

  note(line: number, message: string): void {
    this.notes.push(`${this.#file}:${line}: ${message}`);
  }

  /** Puts a secret aside and says in which file it will be. */
  keep(name: string, content: string): string {
    const base = `${this.#directory}/${name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}`;
    const used = (path: string) => this.secrets.some((secret) => secret.file === path);
    let file = base;
    for (let number = 2; used(file); number += 1) file = `${base}-${number}`;
    this.secrets.push({ file, content });
    return file;
  }
}

export interface Section {
  /** For notes and for the names of files: `live_clusters[0]`. */
  readonly path: string;
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** What needs more than its value taken over. */
  readonly special?: Readonly<Record<string, (entry: OldEntry) => Draft>>;
}

/** Key by key: taken over where it fits, otherwise kept as a comment. `None` is what is not set. */
export function draftSection(dict: OldDict, section: Section, findings: Findings): Draft {
  return [...dict].flatMap(([key, entry]): Draft => {
    if (entry.value === null) return [];
    const special = Object.hasOwn(section.special ?? {}, key) ? section.special?.[key] : undefined;
    if (special !== undefined) return special(entry);
    const schema = Object.hasOwn(section.shape, key) ? section.shape[key] : undefined;
    return schema === undefined
      ? dropped({ key, entry, why: "is not known here" }, section.path, findings)
      : taken({ key, entry, value: toPlain(entry.value), schema }, section.path, findings);
  });
}

export function taken(
  { key, entry, value, schema }: { key: string; entry: OldEntry; value: unknown; schema: z.ZodType },
  path: string,
  findings: Findings,
): Draft {
  const why = misfit(schema, value);
  return why === undefined ? [{ key, value }] : dropped({ key, entry, why: `does not fit: ${why}` }, path, findings);
}

/** Kept for whoever reads the result, without what may be a secret. */
export function dropped(
  { key, entry, why }: { key: string; entry: OldEntry; why: string },
  path: string,
  findings: Findings,
): Draft {
  const full = path === "" ? key : `${path}.${key}`;
  findings.note(entry.line, `${full} ${why}; kept as a comment`);
  const value = JSON.stringify(toPlain(hideSecrets(key, entry.value, { full, findings })));
  return [{ comment: `${key}: ${value}  (${why})` }];
}

const SECRET = /pass|secret|token|key|credential/i;
const URL_WITH_PASSWORD = /:\/\/[^/]*@/;

function hideSecrets(key: string, value: OldValue, context: { full: string; findings: Findings }): OldValue {
  if (isDict(value)) {
    return new Map(
      [...value].map(([inner, entry]) => [inner, { ...entry, value: hideSecrets(inner, entry.value, context) }]),
    );
  }
  if (Array.isArray(value)) return value.map((item: OldValue) => hideSecrets(key, item, context));
  return typeof value === "string" && (SECRET.test(key) || URL_WITH_PASSWORD.test(value))
    ? `in ${context.findings.keep(nameOf(key, context.full), value)}`
    : value;
}

function nameOf(key: string, full: string): string {
  return full.endsWith(key) ? full : `${full}.${key}`;
}
