import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "@backurne/exec";
import { numberOf, readMounts, type Mount } from "../programs/kernel.ts";
import { mount, tame, unmount, type Filesystem } from "../programs/mount.ts";
import type { LayerKind, MapContext } from "../types.ts";

/** What is mounted at all, and how. The superblock may ask for a panic, or for another copy's place: it is not heard. */
const TYPES: Readonly<Record<string, Pick<Filesystem, "type" | "options">>> = {
  ext2: { type: "ext2", options: "errors=remount-ro" },
  ext3: { type: "ext3", options: "errors=remount-ro" },
  ext4: { type: "ext4", options: "errors=remount-ro" },
  xfs: { type: "xfs", options: "nouuid" },
  btrfs: { type: "btrfs" },
  ntfs: { type: "ntfs-3g" },
  vfat: { type: "vfat", options: "errors=remount-ro" },
};

export const filesystem: LayerKind<Filesystem> = {
  probe: (targets) => targets.filter(({ contents }) => typeOf(contents.type)).map((target) => [target]),
  async plan([target], { room, unique }) {
    const { device, name, contents } = target!;
    return { device, ...TYPES[contents.type ?? ""]!, at: join(room, unique(name, "mount points")) };
  },
  async open(record, context) {
    await mkdir(record.at);
    try {
      await mount(record, context);
    } catch (error) {
      if (record.type !== "btrfs" || !isTwin(error)) throw error;
      await renew(record, context);
    }
    await tame(record.at, context);
    return { found: [], mountpoint: record.at };
  },
  async close({ at }, context) {
    await unmount(at, context);
    await rmdir(at).catch(() => undefined); // its room goes with all that is in it
  },
  async missing({ at, device }) {
    const last = (await readMounts()).findLast((one) => one.at === at);
    if (last === undefined) return [`${at} is not mounted`];
    return (await isOf(last, device)) ? [] : [`${at} is not mounted from ${device}`];
  },
};

function typeOf(type: string | undefined): boolean {
  return type !== undefined && Object.hasOwn(TYPES, type);
}

/** A btrfs has a number of its own: it is known by the device it was mounted from. */
async function isOf({ number, source }: Mount, device: string): Promise<boolean> {
  if (number === (await numberOf(device).catch(() => undefined))) return true;
  return number.startsWith("0:") && source === device;
}

/** The kernel knows a btrfs by its UUID, and does not mount another copy of one that is mounted. */
function isTwin(error: unknown): boolean {
  return error instanceof CommandError && /File exists|duplicate/i.test(error.stages[0]?.stderr ?? "");
}

/** On the clone; only what stands in the superblocks is changed. */
async function renew(record: Filesystem, context: MapContext): Promise<void> {
  await context.run({ file: "btrfstune", args: ["-f", "-m", record.device] });
  await mount(record, context);
}
