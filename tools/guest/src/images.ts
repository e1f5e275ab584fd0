import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, open, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rbd, type Cluster } from "@backurne/sandbox";
import { execa } from "execa";
import { makeDisks, VOLUMES } from "./dynamic.ts";
import { makeTables } from "./tables.ts";

const MiB = 1024 * 1024;

/** Backups in a pool, each with the one snapshot `s`. */
export interface Pool {
  readonly cluster: Cluster;
  readonly name: string;
}

export async function importImage(file: string, image: string, { cluster, name }: Pool): Promise<void> {
  await rbd(cluster, ["import", "--no-progress", file, `--dest-pool=${name}`, `--dest=${image}`]);
  await rbd(cluster, ["snap", "create", "--no-progress", `--pool=${name}`, `--image=${image}`, "--snap=s"]);
}

type Make = (file: string, content: string) => Promise<unknown>;

/** File systems as a guest would make them, each with `etc/hostname`. */
const FILESYSTEMS: Readonly<Record<string, readonly [MiB: number, Make]>> = {
  ext4: [24, (file, content) => execa("mkfs.ext4", ["-qF", "-L", "root", "-d", content, file])],
  xfs: [320, (file, content) => execa("mkfs.xfs", ["-q", "-L", "data", "-p", `${content}.xfs`, file])],
  btrfs: [128, (file, content) => execa("mkfs.btrfs", ["-q", "-L", "tree", "--rootdir", content, file])],
  ntfs: [16, (file) => execa("mkfs.ntfs", ["-qF", "-L", "windows", file])],
  vfat: [16, (file) => execa("mkfs.vfat", ["-n", "EFI", file])],
  swap: [8, (file) => execa("mkswap", ["-q", file])],
  ext3: [16, (file, content) => execa("mkfs.ext3", ["-qF", "-L", "old", "-d", content, file])],
  ext2: [8, (file, content) => execa("mkfs.ext2", ["-qF", "-L", "older", "-d", content, file])],
};

/** What is made without a kernel's help. Links that lead out of it are in the ext4. */
export async function makeImages(pool: Pool): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-images-"));
  const at = (name: string): string => join(dir, name);
  try {
    await mkdir(at("content/etc"), { recursive: true });
    await writeFile(at("content/etc/hostname"), "zoo\n");
    await symlink("/etc/shadow", at("content/absolute-link"));
    await symlink("../../../../etc/passwd", at("content/climbing-link"));
    await writeFile(
      at("content.xfs"),
      `/\n0 0\nd--755 0 0\netc d--755 0 0\nhostname ---644 0 0 ${at("content/etc/hostname")}\n$\n$\n`,
    );
    for (const [name, [size, make]] of Object.entries(FILESYSTEMS)) {
      await makeEmpty(at(name), size * MiB);
      await make(at(name), at("content"));
    }
    await joinDisk(at("zoo"), Object.keys(FILESYSTEMS).map(at));
    await importImage(at("zoo"), "zoo", pool);
    await importImage(at("ext4"), "bare", pool);
    await makeEmpty(at("empty"), 8 * MiB);
    await importImage(at("empty"), "empty", pool);
    for (const name of await makeTables({ filesystem: at("ext4"), at })) await importImage(at(name), name, pool);
    await makeHostile(at("ext4"), at("hostile"));
    await importImage(at("hostile"), "hostile", pool);
    await corrupt(at("ext4"));
    await importImage(at("ext4"), "corrupt", pool);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function makeEmpty(file: string, size: number): Promise<void> {
  await writeFile(file, "");
  await truncate(file, size);
}

/** A GPT with a partition for each of these files. */
async function joinDisk(disk: string, files: readonly string[]): Promise<void> {
  const sizes = Object.values(FILESYSTEMS).map(([size]) => size);
  await makeEmpty(disk, (sizes.reduce((sum, size) => sum + size, 0) + 2) * MiB);
  const table = sizes.map((size) => `size=${size}MiB\n`).join("");
  await execa("sfdisk", ["--quiet", disk], { input: `label: gpt\n${table}` });
  let start = 1;
  for (const [index, file] of files.entries()) {
    const words = ["bs=1M", `seek=${start}`, "conv=notrunc,sparse", "status=none"];
    await execa("dd", [`if=${file}`, `of=${disk}`, ...words]);
    start += sizes[index] ?? 0;
  }
}

/** A label that is a path, a colour and a command; and whoever reads `etc/hostname` finds an error, on which the kernel is asked to panic. */
async function makeHostile(filesystem: string, file: string): Promise<void> {
  await cp(filesystem, file);
  await execa("tune2fs", ["-e", "panic", "-L", '../\u001b[31m"$(x)', file]);
  await execa("debugfs", ["-w", "-R", "set_inode_field /etc/hostname mode 0", file]);
}

/** The superblock says ext4, and all that it points to is noise. */
async function corrupt(file: string): Promise<void> {
  await using handle = await open(file, "r+");
  const noise = Buffer.alloc(64 * 1024, 0xa5);
  for (let at = 2048; at < 8 * MiB; at += noise.length) await handle.write(noise, 0, noise.length, at);
}

const FIXTURES =
  process.env["BACKURNE_FIXTURES"] ?? fileURLToPath(new URL("../../../../shared/fixtures", import.meta.url));

/** Images of real VMware and Windows, which are not part of the project. */
export function hasFixtures(...names: readonly string[]): boolean {
  return names.every((name) => existsSync(join(FIXTURES, `${name}.img.zst`)));
}

/** Whichever of them are there. */
export async function importFixtures(names: readonly string[], pool: Pool): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-fixtures-"));
  try {
    for (const name of names.filter((one) => hasFixtures(one))) {
      const file = join(dir, name);
      await execa("zstd", ["-dq", "--sparse", join(FIXTURES, `${name}.img.zst`), "-o", file]);
      await importImage(file, name, pool);
      if (name === "vmfs5-two-vms") {
        await disguise(file, dir, pool);
        await hurt(file, dir, pool);
      }
      if (name === "ldm-2003r2-simple-1") await complete(file, dir, pool);
      await rm(file);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The same datastore; where the disk of web01 begins stands a qcow2 now, backed by a file of the host. */
async function disguise(datastore: string, dir: string, pool: Pool): Promise<void> {
  const [copy, evil] = [join(dir, "disguised"), join(dir, "evil.qcow2")];
  await cp(datastore, copy);
  await execa("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", evil, "16M"]);
  const bytes = await readFile(evil);
  await using handle = await open(copy, "r+");
  for (const at of findDisks(await readFile(copy))) await handle.write(bytes, 0, bytes.length, at);
  await importImage(copy, "disguised", pool);
}

/** The same datastore; a directory's name leads to nothing, and of the disk of db01 no block is in the volume. */
async function hurt(datastore: string, dir: string, pool: Pool): Promise<void> {
  const copy = join(dir, "hurt");
  await cp(datastore, copy);
  const bytes = await readFile(copy);
  await using handle = await open(copy, "r+");
  // An entry of a directory: type, what its file is known by (8 bytes), 128 bytes of name. The file's descriptor begins with the
  // same 8 bytes; 512 behind are the addresses of its blocks.
  const idOf = (name: string): number => bytes.indexOf(`${name}\0\0`) - 8;
  await handle.write(Buffer.alloc(4, 0xff), 0, 4, idOf("directory"));
  const id = idOf("db01-flat.vmdk");
  const blocks = bytes.indexOf(bytes.subarray(id, id + 8)) + 512;
  await handle.write(Buffer.alloc(256, "c1ffffff", "hex"), 0, 256, blocks);
  await importImage(copy, "hurt", pool);
}

/** How many lines, numbered, are in `rows.txt` of each volume: they go round its disks some times. */
export const ROWS = 500_000;

/** The disks of that group that are in no fixture: `stripe-1`, `stripe-2` and `raid-1` to `raid-3`. A file system is on either volume. */
async function complete(member: string, dir: string, pool: Pool): Promise<void> {
  const [content, filesystem, disk] = [join(dir, "content"), join(dir, "filesystem"), join(dir, "disk")];
  await mkdir(content);
  await writeFile(join(content, "rows.txt"), Array.from({ length: ROWS }, (_, index) => `${index + 1}\n`).join(""));
  for (const [name, volume] of Object.entries(VOLUMES)) {
    await makeEmpty(filesystem, volume.size);
    await execa("mkfs.ext4", ["-qF", "-L", name, "-d", content, filesystem]);
    const disks = makeDisks(await readFile(member), await readFile(filesystem), volume);
    for (const [index, bytes] of disks.entries()) {
      await writeFile(disk, bytes);
      await importImage(disk, `${name}-${index + 1}`, pool);
    }
  }
}

/** Wherever an MBR stands that has one partition of type 83, at sector 2048. */
function findDisks(datastore: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < datastore.length; at += 512) {
    const signed = datastore.readUInt16LE(at + 510) === 0xaa55 && datastore[at + 450] === 0x83;
    if (signed && datastore.readUInt32LE(at + 454) === 2048) found.push(at);
  }
  return found;
}
