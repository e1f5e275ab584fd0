import type { FindContext } from "@backurne/config";
import type { Precheck } from "@backurne/model";
import { readPrecheck } from "./check-file.ts";

export { keepPrecheck } from "./check-file.ts";

/**
 * The way in for monitoring: asks no cluster, starts no program, and loads nothing that could. Runs each minute.
 * `stateDir` not said: as the configuration says.
 */
export async function loadPrecheck({
  stateDir,
  ...context
}: FindContext & { readonly stateDir?: string | undefined }): Promise<Precheck> {
  if (stateDir !== undefined) return readPrecheck(stateDir);
  const { findStateDir } = await import("@backurne/config");
  return readPrecheck(await findStateDir(context));
}
