import { readFileSync } from "node:fs";

/** What Ceph printed: see recorded/README.md. */
export function recorded(name: string): string {
  return readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8");
}
