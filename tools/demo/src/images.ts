import { randomBytes } from "node:crypto";
import { rbd, type Cluster } from "@backurne/sandbox";

const MiB = 1024 * 1024;

/** The file that stands in some current directory when a shell has run the nasty name. */
export const CANARY = "backurne-canary";

/** Legal for rbd, and a command to a careless shell. */
export const NASTY = `it's a "trap" $(touch ${CANARY}) ; \`touch ${CANARY}\``;

const IMAGES = [
  { image: "sparse", size: 20 * 1024 * MiB, written: 12, step: 1700 * MiB },
  { image: "data", size: 1024 * MiB, written: 200, step: MiB },
  { image: NASTY, size: 64 * MiB, written: 3, step: MiB },
] as const;

/** Disks of the Proxmox guest; they are there already. */
const DISKS = ["vm-100-disk-0", "vm-100-disk-1"];

export async function fillImages(live: Cluster, signal: AbortSignal): Promise<void> {
  for (const { image, size, written, step } of IMAGES) {
    await rbd(live, ["create", "--pool=rbd", `--image=${image}`, "--size", `${size}B`], { signal });
    const places = Array.from({ length: written }, (_, index) => index * step);
    await writeAt(live, { image, changes: places.map((offset) => write(offset, MiB)) }, signal);
  }
  for (const image of DISKS) await writeAt(live, { image, changes: [write(0, 4 * MiB)] }, signal);
}

export async function changeImages(live: Cluster, signal: AbortSignal): Promise<void> {
  await writeAt(live, { image: "data", changes: [write(5 * MiB, 8 * MiB), discard(64 * MiB, 4 * MiB)] }, signal);
  await writeAt(live, { image: NASTY, changes: [write(0, MiB)] }, signal);
  for (const image of DISKS) await writeAt(live, { image, changes: [write(MiB, MiB)] }, signal);
}

interface Written {
  readonly image: string;
  readonly changes: readonly Buffer[];
}

/** Written to the head by `rbd import-diff`, so that nothing has to be mapped. */
async function writeAt(live: Cluster, { image, changes }: Written, signal: AbortSignal): Promise<void> {
  const input = Buffer.concat([Buffer.from("rbd diff v1\n"), ...changes, Buffer.from("e")]);
  await rbd(live, ["import-diff", "--no-progress", "--pool=rbd", `--image=${image}`, "--path=-"], { input, signal });
}

function write(offset: number, length: number): Buffer {
  return Buffer.concat([Buffer.from("w"), u64(offset), u64(length), randomBytes(length)]);
}

function discard(offset: number, length: number): Buffer {
  return Buffer.concat([Buffer.from("z"), u64(offset), u64(length)]);
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}
