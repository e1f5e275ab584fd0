import { setTimeout as sleep } from "node:timers/promises";
import { ceph, type Sandbox } from "@backurne/sandbox";

/** A backup cluster that is full lets every write wait for ever. Lowered from below, raised from above: the monitor wants the ratios in order. */
export async function setFull({ backup }: Sandbox, full: boolean): Promise<void> {
  const ratios = Object.entries({ nearfull: [0.000_01, 0.85], backfillfull: [0.000_02, 0.9], full: [0.000_03, 0.95] });
  const commands = ratios.map(([kind, [low, high]]) => ["osd", `set-${kind}-ratio`, String(full ? low : high)]);
  for (const command of full ? commands : commands.toReversed()) await ceph(backup, command);
  while ((await ceph(backup, ["osd", "dump"])).includes(",full") !== full) await sleep(200);
}
