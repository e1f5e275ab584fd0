import { BackurneError, describeError } from "@backurne/model";
import type { Found, Probe } from "../probe.ts";

/** Another process that maps has to answer before somebody needs a file. */
export const mapper: Probe = {
  name: "mapper",
  async look({ house: { settings, mapper: asked } }): Promise<readonly Found[]> {
    if (settings.mapper === undefined) return [];
    try {
      await asked.check();
      return [];
    } catch (error) {
      const how = (error instanceof BackurneError ? error.hint : undefined) ?? "see what `backurne mapper` says";
      const why = "nobody can look into a backup, or take a file out of one";
      return [{ severity: "warning", about: settings.mapper.socket, what: describeError(error), why, how }];
    }
  },
};
