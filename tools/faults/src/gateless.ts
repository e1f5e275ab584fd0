import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Faults } from "./faults.ts";

/**
 * From now on the commit gate holds nothing back: its filter passes on all that comes, sends an end mark of its own, and says
 * that it holds one. What a careful receiver is measured against.
 */
export async function takeGateAway({ dir }: Pick<Faults, "dir">): Promise<void> {
  await writeFile(join(dir, "backup", "perl"), "#!/bin/bash\ncat; printf e; echo '1 held' >&3\n", { mode: 0o755 });
}
