import { createInterface } from "node:readline";
import type { ProxmoxApi } from "@backurne/model";
import { openProxmoxCluster } from "../../src/index.ts";
import type { Times } from "../../src/times.ts";
import { found, guarded } from "../found.ts";
import { settings } from "../guests.ts";

export interface ToolOrder {
  readonly api: ProxmoxApi;
  readonly times: Times;
  /** It stands still when its watchdog is ready and nothing is frozen yet. */
  readonly stops: boolean;
}

/** Freezes a guest, says what came of it, thaws it at the next line, says what came of that, and ends by itself. */
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { api, times, stops } = JSON.parse((await lines.next()).value as string) as ToolOrder;
const access = guarded(times);
const cluster = openProxmoxCluster(settings({ api }), {
  ...access,
  async guard(command, order) {
    const guard = await access.guard(command, order);
    if (stops) process.kill(process.pid, "SIGSTOP");
    return guard;
  },
});
const frozen = await cluster.freeze(found());
process.stdout.write(`${JSON.stringify(frozen)}\n`);
await lines.next();
if (frozen.frozen) process.stdout.write(`${JSON.stringify(await frozen.thaw())}\n`);
await cluster.close();
process.stdin.destroy();
