import { constants, readFileSync, type BigIntStats, type Dir } from "node:fs";
import { lstat, open, opendir, readlink, type FileHandle } from "node:fs/promises";

const { O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Node does not name it. It opens the entry itself and does nothing to it: no FIFO is waited for, no device starts,
 * no link is followed.
 */
const O_PATH = 0o10000000;

export type Kind = "directory" | "file" | "link" | "device" | "fifo" | "socket";

/**
 * What openat(2) does, which Node lacks: the kernel takes `/proc/self/fd/N` for that very directory, wherever its name leads
 * by now.
 */
function pathAt({ fd }: FileHandle, name?: Buffer): Buffer {
  const directory = Buffer.from(`/proc/self/fd/${fd}`);
  return name === undefined ? directory : Buffer.concat([directory, Buffer.from("/"), name]);
}

export function openRoot(path: string): Promise<FileHandle> {
  return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

/** An entry as it is; it cannot be read from. */
export function openAt(directory: FileHandle, name: Buffer): Promise<FileHandle> {
  return open(pathAt(directory, name), O_PATH | O_NOFOLLOW);
}

/** The same file once more, to read from. Only what is known to be one: opening does things to others. */
export function openToRead(handle: FileHandle): Promise<FileHandle> {
  return open(pathAt(handle), O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

export function openToList(handle: FileHandle): Promise<Dir> {
  // Its types know no buffers; each name is one.
  return opendir(pathAt(handle), { encoding: "buffer" as never, bufferSize: 512 });
}

export function statAt(directory: FileHandle, name: Buffer): Promise<BigIntStats> {
  return lstat(pathAt(directory, name), { bigint: true });
}

export function readLinkAt(directory: FileHandle, name: Buffer): Promise<Buffer> {
  return readlink(pathAt(directory, name), { encoding: "buffer" });
}

/**
 * Tells mounts apart where device numbers do not: a subvolume of btrfs has one of its own, and is no other mount. Read at
 * once: the kernel waits for nothing here, and it is asked for each entry.
 */
export function mountOf({ fd }: FileHandle): string {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
  return /^mnt_id:\s*(\d+)$/m.exec(text)?.[1] ?? "";
}

interface Typed {
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

export function kindOf(entry: Typed): Kind {
  if (entry.isDirectory()) return "directory";
  if (entry.isFile()) return "file";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isFIFO()) return "fifo";
  return entry.isSocket() ? "socket" : "device";
}
