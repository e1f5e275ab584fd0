import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Digest of what an image holds, from its `rbd export-diff` (format: rbd-diff v1 of Ceph's documentation). Zero and absent
 * are the same, and so are extents cut in another way: what counts is each block that is not zero, and its place.
 */
export async function digestContent(stream: Readable): Promise<string> {
  const digest = createHash("sha256");
  const input = new Reader(stream);
  if ((await input.take(12)).toString() !== "rbd diff v1\n") throw new Error("not an export-diff");
  for (;;) {
    const tag = (await input.take(1)).toString();
    if (tag === "e") return digest.digest("hex");
    if (tag === "f" || tag === "t") await input.take((await input.take(4)).readUInt32LE());
    else if (tag === "s") digest.update(`size ${(await input.take(8)).readBigUInt64LE()}\n`);
    else if (tag === "z") await input.take(16);
    else if (tag === "w") await digestExtent(input, digest);
    else throw new Error(`unknown record ${tag}`);
  }
}

async function digestExtent(input: Reader, digest: ReturnType<typeof createHash>): Promise<void> {
  let offset = Number((await input.take(8)).readBigUInt64LE());
  let left = Number((await input.take(8)).readBigUInt64LE());
  while (left > 0) {
    const block = await input.take(Math.min(BLOCK - (offset % BLOCK), left));
    if (!block.equals(ZEROS.subarray(0, block.length))) digest.update(`${offset}\n`).update(block);
    offset += block.length;
    left -= block.length;
  }
}

/** Takes so many bytes at a time off a stream. */
class Reader {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async take(length: number): Promise<Buffer> {
    while (this.#buffer.length < length) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error("the stream ended early");
      this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value]);
    }
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }
}
