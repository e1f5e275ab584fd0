/** A change of an image: bytes written or discarded at an offset, or a new size. */
export type Change =
  | { readonly kind: "write"; readonly offset: number; readonly data: Uint8Array }
  | { readonly kind: "discard"; readonly offset: number; readonly length: number }
  | { readonly kind: "resize"; readonly size: number };

/**
 * The stream `rbd import-diff` reads (rbd-diff v1, doc/dev/rbd-diff.rst of Ceph). Without snapshot names it is
 * written to the head: the way to change an image without mapping it.
 */
export function diffStream(changes: readonly Change[]): Buffer {
  return Buffer.concat([Buffer.from("rbd diff v1\n"), ...changes.map(record), Buffer.from("e")]);
}

function record(change: Change): Buffer {
  if (change.kind === "resize") return Buffer.concat([Buffer.from("s"), u64(change.size)]);
  if (change.kind === "discard") return Buffer.concat([Buffer.from("z"), u64(change.offset), u64(change.length)]);
  return Buffer.concat([Buffer.from("w"), u64(change.offset), u64(change.data.length), change.data]);
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}
