import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreeNbd, refuseInUse, servedBy } from "../programs/nbd.ts";
import { readOr } from "../programs/kernel.ts";
import { isAsked } from "../walk.ts";
import type { LayerKind, MapContext } from "../types.ts";

export interface VmdkRecord {
  readonly file: string;
  /** Its path in the datastore. */
  readonly path: string;
  readonly name: string;
  readonly socket: string;
}

/**
 * A disk in a file of a guest's. Its bytes are taken as they are: a file that says it is something else, backed by
 * whatever file of ours, is not listened to. What is written goes to a temporary file that has no name.
 */
export const vmdk: LayerKind<VmdkRecord> = {
  probe: (targets, { vmdk: asked }) =>
    targets
      .filter(({ file, device, contents }) => file !== undefined && !contents.trouble && isAsked(device, asked))
      .map((target) => [target]),
  async plan([target], { scratch, unique }) {
    const { file, device, name } = target!;
    return { file: file!, path: device, name, socket: join(scratch, unique("nbd")) }; // a socket's path has to be short
  },
  async open({ file, path, name, socket }, context) {
    const tried: string[] = [];
    for (;;) {
      const device = await findFreeNbd(tried);
      tried.push(device);
      const args = ["--fork", "--snapshot", "--format=raw", `--socket=${socket}`, `--connect=${device}`, file];
      await context.run({ file: "qemu-nbd", args, env: { TMPDIR: context.scratch } });
      if (await isServed(device, context)) return { found: [{ device, name, on: [path] }] };
      await context.endProcesses();
    }
  },
  async close(_, { processes, endProcesses }) {
    await refuseInUse(await processes());
    await endProcesses();
  },
  async missing({ path }, { processes }) {
    return (await servedBy(await processes())).length > 0 ? [] : [`${path} is on no device`];
  },
};

/** ms; qemu-nbd returns before the kernel has the device. */
const PATIENCE = 10_000;

/** By us, and not by whoever was quicker. */
async function isServed(device: string, { processes }: MapContext): Promise<boolean> {
  const name = basename(device);
  const until = performance.now() + PATIENCE;
  for (let pids = await processes(); pids.length > 0 && performance.now() < until; pids = await processes()) {
    const served = (await servedBy(pids)).includes(name);
    if (served && Number(await readOr(`/sys/class/block/${name}/size`, "0")) > 0) return true;
    await sleep(50);
  }
  return false;
}
