import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { crc32, createDeflateRaw, deflateRawSync } from "node:zlib";
import { readLinkAt } from "./at.ts";
import { openFound } from "./file.ts";
import { joinPath, type Path } from "./names.ts";
import { makeScratch } from "./scratch.ts";
import type { PackOptions } from "./tar.ts";
import type { Found, Tree } from "./tree.ts";
import { createNote, NOTE, walk, type Step } from "./walk.ts";
import {
  centralHeader,
  descriptor,
  endRecords,
  LARGE,
  localHeader,
  type Measured,
  type Member,
} from "./zip-records.ts";

/** Headers that are written at once. */
const BATCH = 500;
/** Bytes; what is no longer is packed at once, before its header, and waits for nobody. */
const SMALL = 64 << 10;

const TYPE = { directory: 0o040000, file: 0o100000, link: 0o120000 } as const;

/**
 * A zip is unreadable without its end, which comes only when all went well. Its central directory waits in a file: there
 * may be millions of entries. Links stay links; holes are read and packed as the zeros they are.
 */
export async function* packZip(
  tree: Tree,
  directory: Found,
  { name, signal }: Omit<PackOptions, "executor">,
): AsyncGenerator<Uint8Array> {
  await using scratch = await makeScratch();
  const file = join(scratch.directory, "central");
  await using central = await open(file, "wx", 0o600);
  const waiting: Buffer[] = [];
  const note = createNote();
  let [count, offset, length] = [0, 0, 0];
  async function* add(parts: AsyncIterable<Part>): AsyncGenerator<Uint8Array> {
    const begins = offset;
    for await (const part of parts) {
      signal.throwIfAborted();
      if (part instanceof Uint8Array) {
        offset += part.length;
        yield part;
        continue;
      }
      const header = centralHeader(part.member, part.measured, begins);
      waiting.push(header);
      if (waiting.length === BATCH) await central.appendFile(Buffer.concat(waiting.splice(0)));
      count += 1;
      length += header.length;
    }
  }

  yield* add(packWhole({ path: [], kind: "directory", stats: directory.stats }, name));
  for await (const step of walk(tree, directory, note.leave)) yield* add(packStep(tree, step, name));
  const text = note.text();
  if (text !== undefined) yield* add(packNote(Buffer.from(text), name));
  await central.appendFile(Buffer.concat(waiting));
  yield* createReadStream(file);
  yield endRecords({ count, offset, length });
}

/** Bytes of the archive; at the end of a member what the central directory has to say of it. */
type Part = Uint8Array | { readonly member: Member; readonly measured: Measured };

async function* packStep(tree: Tree, { parent, path, kind }: Step, name: string): AsyncGenerator<Part> {
  const last = path.at(-1)!;
  await using found = await tree.enter(parent, last);
  const { stats } = found;
  // It may have been replaced since its directory was read: then it is what it is now.
  if (found.kind === "link")
    yield* packWhole({ path, kind: "link", stats }, name, await readLinkAt(parent.handle, last));
  else if (found.kind === "directory" || kind === "directory")
    yield* packWhole({ path, kind: "directory", stats }, name);
  else yield* packFile(found, path, name);
}

interface Known {
  readonly path: Path;
  readonly kind: keyof typeof TYPE;
  readonly stats: Pick<Found["stats"], "mode" | "mtimeMs">;
}

/** What is small: it is stored where deflate makes it no smaller. */
async function* packWhole(known: Known, name: string, data: Buffer = Buffer.alloc(0)): AsyncGenerator<Part> {
  const packed = deflateRawSync(data, { level: 1 });
  const deflated = packed.length < data.length;
  const member = { ...memberOf(known, name), deflated, streamed: false, large: false };
  const measured = { crc: crc32(data), packed: deflated ? packed.length : data.length, size: data.length };
  yield Buffer.concat([localHeader(member, measured), deflated ? packed : data]);
  yield { member, measured };
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function packNote(text: Buffer, name: string): AsyncGenerator<Part> {
  const stats = { mode: 0o644n, mtimeMs: BigInt(Date.now()) };
  return packWhole({ path: [Buffer.from(NOTE)], kind: "file", stats }, name, text);
}

async function* packFile(found: Found, path: Path, name: string): AsyncGenerator<Part> {
  const known = { path, kind: "file", stats: found.stats } as const;
  if (found.kind === "file" && found.stats.size === 0n) return yield* packWhole(known, name);
  await using file = await openFound(found);
  const data = file.read({ from: 0n, to: file.size });
  if (file.size <= BigInt(SMALL)) return yield* packWhole(known, name, await gather(data));
  const large = file.size >= BigInt(LARGE);
  const member = { ...memberOf(known, name), deflated: true, streamed: true, large };
  yield localHeader(member, { crc: 0, packed: 0, size: 0 });
  let [crc, packed, size] = [0, 0, 0];
  async function* measure(): AsyncGenerator<Uint8Array> {
    for await (const chunk of data) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      yield chunk;
    }
  }
  // An error of either end is thrown where the other is read.
  const deflated = pipeline(measure(), createDeflateRaw({ level: 1 }), () => undefined);
  for await (const chunk of deflated as AsyncIterable<Buffer>) {
    packed += chunk.length;
    yield chunk;
  }
  const measured = { crc, packed, size };
  yield descriptor(member, measured);
  yield { member, measured };
}

/** Set-uid and set-gid are taken off. */
function memberOf({ path, kind, stats }: Known, name: string): Pick<Member, "name" | "mode" | "modified"> {
  const names = [Buffer.from(name), ...path];
  return {
    name: Buffer.concat([joinPath(names), Buffer.from(kind === "directory" ? "/" : "")]),
    mode: TYPE[kind] | (Number(stats.mode) & 0o1777),
    modified: Number(stats.mtimeMs),
  };
}
