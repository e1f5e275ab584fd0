import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { rbd, type Cluster } from "@backurne/sandbox";
import { execa } from "execa";
import pLimit from "p-limit";
import { MiB } from "./scene.ts";

/** Images of 64 MiB with 1 MiB of random data; their names need no quoting. */
export async function createSmallImages(live: Cluster, pool: string, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `disk-${String(index).padStart(3, "0")}`);
  const side = pLimit(8);
  await Promise.all(
    names.map((image) =>
      side(async () => {
        await rbd(live, ["create", `--pool=${pool}`, `--image=${image}`, "--size=64M"]);
        await writeRandom(live, { pool, image, extents: [{ offset: 0, length: MiB }] });
      }),
    ),
  );
  return names;
}

interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Written to the head by `rbd import-diff` (rbd-diff v1 of Ceph's documentation), so that nothing has to be mapped. */
export async function writeRandom(
  live: Cluster,
  { pool, image, extents }: { readonly pool: string; readonly image: string; readonly extents: readonly Extent[] },
): Promise<void> {
  const where = [`--pool=${pool}`, `--image=${image}`, "--path=-"];
  const input = Readable.from(records(extents));
  await execa("rbd", ["--conf", live.conf, "--id", "admin", "import-diff", "--no-progress", ...where], { input });
}

function* records(extents: readonly Extent[]): Generator<Buffer> {
  yield Buffer.from("rbd diff v1\n");
  for (const { offset, length } of extents) {
    const head = Buffer.alloc(17, "w");
    head.writeBigUInt64LE(BigInt(offset), 1);
    head.writeBigUInt64LE(BigInt(length), 9);
    yield head;
    yield randomBytes(length);
  }
  yield Buffer.from("e");
}
