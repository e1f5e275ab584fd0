import { setTimeout as sleep } from "node:timers/promises";
import { BackurneError, MAPPING, type MappingMark } from "@backurne/model";
import { refuseInUse, servedBy } from "../programs/nbd.ts";
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
 * for it, and the process that serves the device carries our mark: both are ours, however much of it was done.
 */
export const disk: LayerKind<DiskRecord> = {
  probe: () => [],
  plan() {
    throw new BackurneError("unexpected", "disks are not found, they are asked for");
  },
  async open({ clone, name, mark }, { pool, devices }) {
    await devices.clone(mark.image, mark.snapshot, clone);
    await pool.setMetadata(clone, MAPPING, JSON.stringify(mark));
    // A run that has looked before the clone said so may be about to remove it: this is what it cannot miss.
    if ((await pool.protect(mark.image, mark.snapshot)) === "absent") throw hasGone(mark);
    return { found: [{ device: await devices.map(clone), name, on: [] }] };
  },
  async close({ clone, mark }, { pool, processes, endProcesses }) {
    await refuseInUse(await processes());
    await endProcesses();
    // A run may have renamed the image since: with its guest, or to close a generation.
    const { image, snapshot } = (await pool.info(clone))?.parent ?? mark;
    const until = performance.now() + PATIENCE;
    while ((await pool.remove(clone)) === "busy") {
      if (performance.now() < until) await sleep(1000);
      else {
        throw new BackurneError("held", `something has the clone ${clone} open`, {
          hint: "`rbd status` shows its address; then unmap again",
        });
      }
    }
    // The last one that looks into it lets it go.
    if ((await pool.children(image, snapshot))?.length === 0) await pool.unprotect(image, snapshot);
  },
  async missing({ clone }, { processes }) {
    return (await servedBy(await processes())).length > 0 ? [] : [`the clone ${clone} is on no device`];
  },
};

function hasGone({ image, snapshot }: MappingMark): BackurneError {
  return new BackurneError("not-found", `${image}@${snapshot} has just gone: a run has let it expire`, {
    hint: "`backurne ls` shows what is there now",
  });
}
