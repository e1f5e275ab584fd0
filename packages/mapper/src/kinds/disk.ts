import { setTimeout as sleep } from "node:timers/promises";
import { BackurneError, MAPPING, type MappingMark } from "@backurne/model";
import { describeBusy, findHolders } from "../programs/dm.ts";
import { kernelName } from "../programs/kernel.ts";
import type { LayerKind } from "../types.ts";

export interface DiskRecord {
  readonly clone: string;
  readonly name: string;
  readonly mark: MappingMark;
}

/** ms: a process that was killed is a watcher of its image for 30 s more. */
const PATIENCE = 60_000;

/**
 * The bottom of every stack: a clone of the snapshot, which may be written to, as a block device. The clone's name is made
 * for it and says everything: whatever shows an image of this name is ours.
 */
export const disk: LayerKind<DiskRecord> = {
  probe: () => [],
  plan() {
    throw new BackurneError("unexpected", "disks are not found, they are asked for");
  },
  async open({ clone, name, mark }, { pool, devices }) {
    await devices.clone(mark.image, mark.snapshot, clone);
    await pool.setMetadata(clone, MAPPING, JSON.stringify(mark));
    const device = await devices.map(clone);
    return { found: [{ device, name, on: [] }] };
  },
  async close({ clone }, { pool, devices }) {
    const until = performance.now() + PATIENCE;
    for (;;) {
      for (const { image, device } of await devices.mapped()) {
        if (image !== clone) continue;
        const name = await kernelName(device);
        // rbd-nbd would take it from under whoever uses it.
        if ((await findHolders(device, name)).length > 0) throw await describeBusy(device, name);
        await devices.unmap(device);
      }
      if ((await pool.remove(clone)) !== "busy") return;
      if (performance.now() > until) {
        throw new BackurneError("held", `something has the clone ${clone} open`, {
          hint: "`rbd status` shows its address; then unmap again",
        });
      }
      await sleep(300);
    }
  },
  async missing({ clone }, { devices }) {
    const found = (await devices.mapped()).some(({ image }) => image === clone);
    return found ? [] : [`the clone ${clone} is on no device`];
  },
};
