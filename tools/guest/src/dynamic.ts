/**
 * Windows' dynamic disks that are made of another one of their group: it has the database of all of them. Which volumes that
 * one knows, on which disks, is written down here once more. Bytes, unless it says sectors.
 */
const SECTOR = 512;
const CHUNK = 128 * SECTOR;

/** Where the data of each disk begins, and the database of all. */
const [DATA, DATABASE] = [63 * SECTOR, 100_352 * SECTOR];

type Split = (volume: Buffer, count: number) => readonly Buffer[];

export interface DynamicVolume {
  readonly size: number;
  /** GUIDs of its disks. It lies at the beginning of their data, in this order. */
  readonly disks: readonly string[];
  readonly split: Split;
}

/** In the group of `ldm-2003r2-*`: `Stripe1` and `Raid1`. */
export const VOLUMES: Readonly<Record<"stripe" | "raid", DynamicVolume>> = {
  stripe: {
    size: 122_880 * SECTOR,
    disks: ["6c7ca470-6934-4dfd-9269-c3102b9ae158", "ce97d979-fabb-4e9b-b44c-7d9580ae1f53"],
    split: stripe,
  },
  raid: {
    size: 192_512 * SECTOR,
    disks: [
      "bb1570c9-aa66-47df-a8f1-4c89db3e0704",
      "fa21d8d9-e087-4585-9761-5710b88e4c92",
      "ce3fd206-854c-4207-985b-9e0125885f20",
    ],
    split: stripeWithParity,
  },
};

/** The disks of a volume with that content. `member`: any disk of the group. */
export function makeDisks(member: Buffer, content: Buffer, { disks, split }: DynamicVolume): readonly Buffer[] {
  return split(content, disks.length).map((data, index) => {
    const disk = Buffer.from(member).fill(0, DATA, DATABASE);
    data.copy(disk, DATA);
    own(disk, disks[index] ?? "");
    return disk;
  });
}

/** All that a disk has for itself: the signature of its MBR, and its GUID in each of its heads, with the sum of their bytes. */
function own(disk: Buffer, guid: string): void {
  disk.write(guid.slice(0, 8), 440, "hex");
  for (let at = disk.indexOf("PRIVHEAD"); at >= 0; at = disk.indexOf("PRIVHEAD", at + SECTOR)) {
    const head = disk.subarray(at, at + SECTOR);
    head.write(guid, 48);
    head.fill(0, 8, 12);
    head.writeUInt32BE(
      head.reduce((sum, byte) => sum + byte, 0),
      8,
    );
  }
}

/** Chunk after chunk, each on the next disk. */
function stripe(volume: Buffer, count: number): readonly Buffer[] {
  const disks = Array.from({ length: count }, () => Buffer.alloc(volume.length / count));
  for (let chunk = 0; chunk * CHUNK < volume.length; chunk += 1) {
    const at = Math.floor(chunk / count) * CHUNK;
    volume.copy(disks[chunk % count]!, at, chunk * CHUNK, (chunk + 1) * CHUNK);
  }
  return disks;
}

/** Row after row: its parity is on the last disk first, then on the one before it, and its chunks follow that around the circle. */
function stripeWithParity(volume: Buffer, count: number): readonly Buffer[] {
  const disks = Array.from({ length: count }, () => Buffer.alloc(volume.length / (count - 1)));
  let from = 0;
  for (let row = 0; from < volume.length; row += 1) {
    const holder = count - 1 - (row % count);
    const parity = disks[holder]!.subarray(row * CHUNK, (row + 1) * CHUNK);
    for (let step = 1; step < count; step += 1, from += CHUNK) {
      const chunk = volume.subarray(from, from + CHUNK);
      chunk.copy(disks[(holder + step) % count]!, row * CHUNK);
      for (let at = 0; at < CHUNK; at += 1) parity[at]! ^= chunk[at]!;
    }
  }
  return disks;
}
