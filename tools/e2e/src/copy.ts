import { spawn } from "node:child_process";
import type { Arena } from "./arena.ts";

export interface Copy {
  readonly image: string;
  /** Name of the backup image, which exists. */
  readonly target: string;
  readonly snapshot: string;
  readonly base?: string;
}

/** A snapshot and its copy as another tool would make them: no marks, no gate. */
export async function copySnapshot(arena: Arena, { image, target, snapshot, base }: Copy): Promise<void> {
  const { pool, sandbox } = arena;
  await arena.live("snap", "create", "--no-progress", `--pool=${pool}`, `--image=${image}`, `--snap=${snapshot}`);
  const from = base === undefined ? [] : [`--from-snap=${base}`];
  const source = ["export-diff", "--no-progress", `--pool=${pool}`, `--image=${image}`, `--snap=${snapshot}`, ...from];
  const script = 'set -o pipefail; "${@:3:$1}" | "${@:3+$1}"';
  const left = ["rbd", "--conf", sandbox.live.conf, "--id", "admin", ...source, "--path=-"];
  const right = ["rbd", "--conf", sandbox.backup.conf, "--id", "admin", "import-diff", "--no-progress"];
  right.push(`--pool=${pool}`, `--image=${target}`, "--path=-");
  await new Promise<void>((resolve, reject) => {
    const args = ["-c", script, "copy", String(left.length), "", ...left, ...right];
    const child = spawn("bash", args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`copy of ${snapshot}: exit ${code}`))));
  });
}
