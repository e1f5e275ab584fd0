import { join } from "node:path";
import { BackurneError } from "@backurne/model";
import { findFreeNbd, refuseInUse, servedBy } from "../programs/nbd.ts";
import { readOr } from "../programs/kernel.ts";
import { isAsked } from "../walk.ts";
import type { LayerKind } from "../types.ts";

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
    targets.filter(({ file, device }) => file !== undefined && isAsked(device, asked)).map((target) => [target]),
  async plan([target], { scratch }) {
    const { file, device, name } = target!;
    return { file: file!, path: device, name, socket: join(scratch, `${name}.sock`) };
  },
  async open({ file, path, name, socket }, { run, scratch }) {
    const device = await findFreeNbd();
    const args = ["--fork", "--snapshot", "--format=raw", `--socket=${socket}`, `--connect=${device}`, file];
    await run({ file: "qemu-nbd", args, env: { TMPDIR: scratch } });
    await waitForSize(device);
    return { found: [{ device, name, on: [path] }] };
  },
  async close(_, { processes, endProcesses }) {
    await refuseInUse(await processes());
    await endProcesses();
  },
  async missing({ path }, { processes }) {
    return (await servedBy(await processes())).length > 0 ? [] : [`${path} is on no device`];
  },
};

/** It returns before the kernel has the device. */
async function waitForSize(device: string): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (Number(await readOr(device.replace("/dev/", "/sys/class/block/").concat("/size"), "0")) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new BackurneError("unexpected", `${device} stays empty`);
}
