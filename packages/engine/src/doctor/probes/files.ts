import { stat } from "node:fs/promises";
import type { Found, Probe } from "../probe.ts";

/** What of this host's own files bars somebody. Configuration, secrets and hooks are judged whenever they are read. */
export const files: Probe = {
  name: "files",
  async look({ house: { settings } }): Promise<readonly Found[]> {
    const found = await stat(settings.stateDir).catch(() => undefined);
    // The first backup makes it.
    if (!found || (found.mode & 0o001) !== 0) return [];
    return [
      {
        severity: "info",
        about: settings.stateDir,
        what: `others cannot reach what is in it (mode ${(found.mode & 0o7777).toString(8).padStart(4, "0")})`,
        why: "`backurne check` of a monitoring user finds no check.json there",
        how: `chmod o+x ${settings.stateDir}`,
      },
    ];
  },
};
