import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Command, Executor } from "@backurne/exec";
import { joinPath } from "./names.ts";
import { makeScratch } from "./scratch.ts";
import type { Found, Tree } from "./tree.ts";
import { createNote, NOTE, walk, type Step } from "./walk.ts";

export interface PackOptions {
  /** Of the directory that all of it is in, when it is unpacked: letters, digits, and nothing that means something to tar. */
  readonly name: string;
  readonly executor: Executor;
  readonly signal: AbortSignal;
}

/** Bytes at the end in which a tar says that it is whole: two empty blocks somewhere in its last record of 20 blocks, or before. */
const END = 2 * 20 * 512;

/** One block of it at least is a block to tar, and no header: whoever unpacks it is told. And for those who look. */
const BROKEN = Buffer.alloc(2 * 512, "\nbackurne: this archive is not whole\n");

/**
 * By tar itself: it knows holes, hard links and sizes of any length. Which entries it takes is said by us, name by name, and
 * none of them is followed, unless whoever may write to the tree swaps a directory for a link meanwhile (README: root alone).
 * Names are bytes to it, owners numbers; set-uid and set-gid are taken off, for whoever unpacks it as root.
 */
export async function* packTar(tree: Tree, directory: Found, options: PackOptions): AsyncGenerator<Uint8Array> {
  await using scratch = await makeScratch();
  const stop = new AbortController();
  const output = new PassThrough({ highWaterMark: 1 << 20 });
  const ran = options.executor.run([tarOf(directory, options.name)], {
    input: nameAll(tree, directory, scratch.directory),
    output,
    signal: AbortSignal.any([stop.signal, options.signal]),
  });
  ran.catch(() => undefined); // said where it is waited for
  try {
    yield* holdEnd(output, ran);
  } finally {
    stop.abort();
    await ran.catch(() => undefined);
  }
}

function tarOf({ handle }: Found, name: string): Command {
  // A name of the tree begins with `./`, the note's alone with `/`.
  const transform = `s,^\\.,${name},S;s,^/.*/,${name}/,S`;
  const args = [
    "--create",
    "--format=gnu",
    "--sparse",
    "--numeric-owner",
    "--mode=ug-s",
    "--absolute-names",
    `--transform=${transform}`,
    `--directory=/proc/${process.pid}/fd/${handle.fd}`,
    "--no-recursion",
    "--null",
    "--verbatim-files-from",
    "--no-unquote",
    "--files-from=-",
  ];
  return { file: "tar", args, env: { TAR_OPTIONS: "" } };
}

/** Characters of names that are given at once. */
const BATCH = 16_384;

async function* nameAll(tree: Tree, directory: Found, scratch: string): AsyncGenerator<Uint8Array> {
  const note = createNote();
  let batch: Buffer[] = [Buffer.from(".\0")];
  let size = 0;
  for await (const step of walk(tree, directory, note.leave)) {
    const name = nameOf(step);
    batch.push(name);
    size += name.length;
    if (size < BATCH) continue;
    yield Buffer.concat(batch);
    [batch, size] = [[], 0];
  }
  const text = note.text();
  if (text !== undefined) {
    const file = join(scratch, NOTE);
    await writeFile(file, text);
    batch.push(Buffer.from(`${file}\0`));
  }
  yield Buffer.concat(batch);
}

function nameOf({ path }: Step): Buffer {
  return Buffer.concat([Buffer.from("./"), joinPath(path), Buffer.from([0])]);
}

/** The end of an archive is passed on when tar has ended well, and a mark of trouble in its place when it has not. */
async function* holdEnd(chunks: AsyncIterable<Uint8Array>, ended: Promise<unknown>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    if (held.length <= END) continue;
    yield held.subarray(0, held.length - END);
    held = held.subarray(held.length - END);
  }
  try {
    await ended;
  } catch (error) {
    yield BROKEN;
    throw error;
  }
  yield held;
}
