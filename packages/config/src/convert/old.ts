/** What a literal of the old configuration says. Keys keep the line they stand on. */
export type OldValue = string | number | boolean | null | readonly OldValue[] | OldDict;
export type OldDict = Map<string, OldEntry>;

export interface OldEntry {
  readonly value: OldValue;
  readonly line: number;
}

export function isDict(value: OldValue | undefined): value is OldDict {
  return value instanceof Map;
}

export function isList(value: OldValue | undefined): value is readonly OldValue[] {
  return Array.isArray(value);
}

/** The same as an ordinary value; what is `None` is absent. */
export function toPlain(value: OldValue): unknown {
  if (isList(value)) return value.map(toPlain);
  if (!isDict(value)) return value;
  const entries = [...value].filter(([, entry]) => entry.value !== null);
  return Object.fromEntries(entries.map(([key, entry]) => [key, toPlain(entry.value)]));
}
