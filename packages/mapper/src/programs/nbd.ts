import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { BackurneError } from "@backurne/model";
import { describeBusy, findHolders } from "./dm.ts";
import { readOr } from "./kernel.ts";

/** Names of the devices that these processes serve. The kernel names the thread that waits in it. */
export async function servedBy(pids: readonly number[]): Promise<readonly string[]> {
  const names = (await readdir("/sys/block")).filter((name) => name.startsWith("nbd"));
  const served = await Promise.all(
    names.map(async (name) => {
      const thread = await readOr(`/sys/block/${name}/pid`, "");
      const group = /^Tgid:\s*(\d+)$/m.exec(thread === "" ? "" : await readOr(`/proc/${thread}/status`, ""));
      return group !== null && pids.includes(Number(group[1]));
    }),
  );
  return names.filter((_, index) => served[index]);
}

/** udev looks into a device whenever somebody has written to it: so many ms are waited for it. */
const PATIENCE = 5000;

/** Whoever serves a device would take it from under those who use it. @throws BackurneError `held` */
export async function refuseInUse(pids: readonly number[]): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (const name of await servedBy(pids)) {
    const device = `/dev/${name}`;
    while ((await findHolders(device, name)).length > 0) {
      if (performance.now() > until) throw await describeBusy(device, name);
      await sleep(100);
    }
  }
}

/**
 * One that nobody serves, and is none of these. Somebody may be quicker, or have it without serving it yet, which nothing
 * shows; then connecting fails, and nothing else.
 */
export async function findFreeNbd(tried: readonly string[]): Promise<string> {
  const nbds = (await readdir("/sys/block")).filter((name) => /^nbd\d+$/.test(name));
  const names = nbds.filter((name) => !tried.includes(`/dev/${name}`));
  for (const name of names.toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)))) {
    const served = (await readOr(`/sys/block/${name}/pid`, "")) !== "";
    if (!served && (await readOr(`/sys/block/${name}/size`, "0")) === "0") return `/dev/${name}`;
  }
  throw new BackurneError("refused", "all nbd devices are in use", {
    hint: "unmap something, or load nbd with more of them: modprobe nbd nbds_max=64",
  });
}
