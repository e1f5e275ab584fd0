import { takeGuardOrder } from "@backurne/exec";
import { describeError } from "@backurne/model";
import { setTimeout as sleep } from "node:timers/promises";
import { openClient } from "./api.ts";
import { openGuestAgent } from "./guest-agent.ts";
import { thawSurely } from "./thaw.ts";
import type { WatchOrder } from "./watch.ts";

/**
 * A program of its own, started before a guest is frozen: it thaws the guest when the tool is gone, or when the guest has
 * stood still for longer than anybody may want, whatever the tool does meanwhile.
 */
const asked = new AbortController();
// Who ends everything, as a host that shuts down does, must not leave the guest frozen; nor must a mistake of ours.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => asked.abort());
process.on("uncaughtException", (error) => {
  process.stderr.write(describeError(error)); // for who waits until we are ready: what is wrong, without a trace
  process.exitCode = 1;
  process.stdin.destroy();
  asked.abort();
});

const { order, wait } = await takeGuardOrder(process.stdin, process.stdout);
const { api, vmid, times } = JSON.parse(order) as WatchOrder;
const client = openClient(api, times);
const agent = openGuestAgent(client, vmid, { times });

const dismissed = new AbortController();
const word = wait();
void word.then((how) => how === "dismissed" && dismissed.abort());
let why: "dismissed" | "gone" | "late" | "asked";
do {
  // Without a reference: whoever dismisses us waits until we have ended.
  const late = sleep(times.guard, "late" as const, { signal: asked.signal, ref: false });
  why = await Promise.race([word, late.catch(() => "asked" as const)]);
  if (why === "dismissed") break;
  await thawSurely(agent, { limit: times.guardThawing, pause: times.guardPause, signal: dismissed.signal });
} while (why === "late"); // a tool that stood still may go on, and freeze only then
await client.close();
process.stdin.destroy();
