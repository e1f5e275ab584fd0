import type { HookSettings } from "@backurne/model";
import { parseDuration } from "@backurne/retention";
import type { Config } from "../schema/config.ts";

/** Those of one cluster, key by key over those of the whole file. */
export function resolveHooks(all: Config["hooks"] = {}, own: Config["hooks"] = {}): HookSettings {
  const { timeout = "10m", ...programs } = { ...all, ...own };
  const wanted = Object.entries(programs).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { ...Object.fromEntries(wanted), timeout: parseDuration(timeout) ?? Number.NaN };
}
