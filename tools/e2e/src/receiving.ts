import type { Arena } from "./arena.ts";
import { findProcesses } from "./processes.ts";
import { waitUntil } from "./shim.ts";

/** The backup image into which a live image is being received, when an importer runs for it: a first backup goes into a partial one. */
export async function receivingImage(arena: Arena, image: string): Promise<string> {
  let found: string | undefined;
  await waitUntil(async () => {
    for (const candidate of await arena.backupImages()) {
      const isIt = candidate === `alpha;${image};None` || (await becomes(arena, candidate)) === `alpha;${image};None`;
      if (isIt && findProcesses(arena, "rbd", `import-diff#--image=${candidate}`).length > 0) found = candidate;
    }
    return found !== undefined;
  });
  return found as string;
}

async function becomes(arena: Arena, image: string): Promise<string | undefined> {
  const where = [`--pool=${arena.pool}`, `--image=${image}`];
  const mark = await arena.backupSide("image-meta", "get", ...where, "backurne.base").catch(() => "{}");
  return (JSON.parse(mark) as { becomes?: string }).becomes;
}
