import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { DEBIAN_PATH, type Scene } from "./scene.ts";

const SCRIPT = fileURLToPath(new URL("floor.sh", import.meta.url));

export interface ByHand {
  /** safe: with the tool's own safety calls; bare: one snapshot and one pipe. */
  readonly care: "safe" | "bare";
  readonly mode: "first" | "force";
  readonly pool: string;
  readonly images: readonly string[];
}

/** The same work by hand, in one shell script. Rejects when it failed for any image. */
export async function runByHand({ sandbox }: Scene, { care, mode, pool, images }: ByHand): Promise<void> {
  const env = {
    PATH: DEBIAN_PATH,
    LIVE_CONF: sandbox.live.conf,
    BACKUP_CONF: sandbox.backup.conf,
    SSH_CONFIG: sandbox.ssh.configFile,
    STATE: `${sandbox.dir}/floor-${pool}`,
    POOL: pool,
  };
  await execa("bash", [SCRIPT, care, mode, ...images], { env, extendEnv: false, stdin: "ignore" });
}
