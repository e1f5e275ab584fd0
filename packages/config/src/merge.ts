import { isFields } from "./fields.ts";
import type { Fields } from "./fields.ts";

/** Profiles of one cluster: key by key over those of the whole file, without those that are `false`. */
export function mergeProfiles(profiles: Fields, overrides: Fields): Fields {
  const names = new Set([...Object.keys(profiles), ...Object.keys(overrides)]);
  const merged = [...names]
    .filter((name) => overrides[name] !== false)
    .map((name) => {
      const base = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
      const over = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
      return [name, { ...(isFields(base) ? base : {}), ...(isFields(over) ? over : {}) }] as const;
    });
  return Object.fromEntries(merged);
}
