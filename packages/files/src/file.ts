import type { FileHandle } from "node:fs/promises";
import { BackurneError } from "@backurne/model";
import { openToRead } from "./at.ts";
import { momentOf } from "./directory.ts";
import { showPath, type Path } from "./names.ts";
import type { Found, Tree } from "./tree.ts";
import { explain } from "./trouble.ts";

/** Bytes from `from` up to and without `to`. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

export interface OpenedFile extends AsyncDisposable {
  /** Bytes. */
  readonly size: bigint;
  /** ISO 8601 */
  readonly modified: string | undefined;
  /** Another one when its content may be another one: for those who go on with a download. */
  readonly tag: string;
  /** @throws BackurneError while it is read: `refused` when the file has become shorter, `command` when it cannot be read. */
  read(span: Span): AsyncGenerator<Uint8Array>;
}

/** Bytes read at once. */
const CHUNK = 256 << 10;

/** A regular file, and nothing else: of devices, FIFOs and sockets nothing is read. */
export async function openFile(tree: Tree, path: Path): Promise<OpenedFile> {
  await using found = await tree.find(path);
  return await openFound(found);
}

export async function openFound({ kind, path, handle, stats }: Found): Promise<OpenedFile> {
  if (kind === "directory") throw new BackurneError("usage", `${showPath(path)} is a directory`);
  if (kind !== "file") throw new BackurneError("refused", `${showPath(path)} is no file but a ${kind}`);
  const opened = await openToRead(handle).catch((error: unknown) => {
    throw explain(error, path);
  });
  const { size, ino, mtimeNs, ctimeNs } = stats;
  return {
    size,
    modified: momentOf(stats.mtimeMs),
    tag: [ino, size, mtimeNs, ctimeNs].map((number) => number.toString(36)).join("-"),
    read: (span) => readSpan(opened, span, path),
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

async function* readSpan(handle: FileHandle, { from, to }: Span, path: Path): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const length = to - at < BigInt(CHUNK) ? Number(to - at) : CHUNK;
    const { bytesRead, buffer } = await handle
      .read(Buffer.allocUnsafe(length), 0, length, at)
      .catch((error: unknown) => {
        throw explain(error, path);
      });
    if (bytesRead === 0) throw new BackurneError("refused", `${showPath(path)} became shorter while it was read`);
    yield buffer.subarray(0, bytesRead);
    at += BigInt(bytesRead);
  }
}
