import { open, truncate, writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { execa } from "execa";

/** Partition tables of damaged and of hostile guests. Positions in sectors. */
const SECTOR = 512;
const MiB = 2048;

export interface Tables {
  /** A file system of 24 MiB. */
  readonly filesystem: string;
  readonly at: (name: string) => string;
}

/** @returns the names of what was made. */
export async function makeTables({ filesystem, at }: Tables): Promise<readonly string[]> {
  const blank = async (name: string, sectors: number): Promise<string> => {
    await writeFile(at(name), "");
    await truncate(at(name), sectors * SECTOR);
    return at(name);
  };
  const partition = async (name: string, sectors: number, script: string): Promise<string> => {
    const file = await blank(name, sectors);
    await execa("sfdisk", ["--quiet", file], { input: script });
    await execa("dd", [`if=${filesystem}`, `of=${file}`, "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none"]);
    return file;
  };

  // A disk that was made smaller than its table knows: the second partition lost a part, the third is gone.
  const cut = await partition("cut", 64 * MiB, "label: dos\nsize=24MiB\nsize=8MiB\nsize=8MiB\n");
  await truncate(cut, 29 * MiB * SECTOR);

  // A GUID partition table with only its backup left, which the kernel does not look for; and without that.
  for (const name of ["half", "beheaded"]) {
    const file = await partition(name, 26 * MiB, "label: gpt\nsize=24MiB\n");
    await overwrite(file, [[1, Buffer.alloc(SECTOR)]]);
    if (name === "beheaded") await overwrite(file, [[26 * MiB - 1, Buffer.alloc(SECTOR)]]);
  }

  await overwrite(await blank("ring", 8 * MiB), ring());
  await overwrite(await blank("crowd", 64 * MiB), crowd(64 * MiB, 16_384));
  return ["cut", "half", "beheaded", "ring", "crowd"];
}

type Writes = readonly (readonly [sector: number, bytes: Buffer])[];

async function overwrite(file: string, writes: Writes): Promise<void> {
  await using handle = await open(file, "r+");
  for (const [sector, bytes] of writes) await handle.write(bytes, 0, bytes.length, sector * SECTOR);
}

type Entry = readonly [type: number, start: number, size: number];

function masterBootRecord(...entries: readonly Entry[]): Buffer {
  const sector = Buffer.alloc(SECTOR);
  for (const [index, [type, start, size]] of entries.entries()) {
    const at = 446 + 16 * index;
    sector.writeUInt8(type, at + 4);
    sector.writeUInt32LE(start, at + 8);
    sector.writeUInt32LE(size, at + 12);
  }
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Logical partitions in a chain that has no end: the third link leads to the second one. */
function ring(): Writes {
  const first = MiB;
  const link = (at: number, next: number) => [first + at, masterBootRecord([0x83, 1, 1000], [5, next, 2048])] as const;
  return [[0, masterBootRecord([5, first, 7 * MiB])], link(0, 4096), link(4096, 2048), link(2048, 4096)];
}

/** A GUID partition table of so many partitions, each of one sector. */
function crowd(sectors: number, count: number): Writes {
  const entries = Buffer.alloc(count * 128);
  const first = 2 + entries.length / SECTOR;
  for (let index = 0; index < count; index += 1) {
    const at = index * 128;
    entries.fill(1, at, at + 16); // its type
    entries.writeUInt32LE(index + 1, at + 16);
    entries.writeBigUInt64LE(BigInt(first + index), at + 32);
    entries.writeBigUInt64LE(BigInt(first + index), at + 40);
  }
  const header = Buffer.alloc(SECTOR);
  header.write("EFI PART");
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  for (const [at, value] of [
    [24, 1],
    [32, sectors - 1],
    [40, first],
    [48, sectors - 34],
    [72, 2],
  ] as const)
    header.writeBigUInt64LE(BigInt(value), at);
  header.fill(2, 56, 72);
  header.writeUInt32LE(count, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
  return [
    [0, masterBootRecord([0xee, 1, sectors - 1])],
    [1, header],
    [2, entries],
  ];
}
