/**
 * The records of a zip file, as APPNOTE.TXT 6.3 has them: little-endian, each begun by its signature, numbers that do not fit
 * into their field in an extra field for 64 bits.
 */

export interface Member {
  /** With `/` at its end: a directory. */
  readonly name: Buffer;
  /** Of Unix, with the type. */
  readonly mode: number;
  /** Epoch ms */
  readonly modified: number;
  readonly deflated: boolean;
  /** Sizes and sum come behind the data, in fields of 64 bits if it may be large. */
  readonly streamed: boolean;
  readonly large: boolean;
}

export interface Measured {
  readonly crc: number;
  /** Bytes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
}

type Field = readonly [bytes: 1 | 2 | 4 | 8, value: number];

const MOST_16 = 0xffff;
const MOST_32 = 0xffffffff;
/** What is longer may not fit into 32 bits when it is packed: deflate may make it a little longer. */
export const LARGE = 0xf0000000;

const VERSION = 45;
const MADE_ON_UNIX = 3 << 8;

export function localHeader(member: Member, { crc, packed, size }: Measured): Buffer {
  const sizes = member.large ? [MOST_32, MOST_32] : [packed, size];
  const extra = Buffer.concat([
    timeExtra(member),
    ...(member.large ? [fields([2, 1], [2, 16], [8, size], [8, packed])] : []),
  ]);
  const head = fields(
    [4, 0x04034b50],
    [2, VERSION],
    ...described(member),
    [4, crc],
    [4, sizes[0]!],
    [4, sizes[1]!],
    [2, member.name.length],
    [2, extra.length],
  );
  return Buffer.concat([head, member.name, extra]);
}

/** Behind the data of what is streamed. */
export function descriptor({ large }: Member, { crc, packed, size }: Measured): Buffer {
  const width = large ? 8 : 4;
  return fields([4, 0x08074b50], [4, crc], [width, packed], [width, size]);
}

export function centralHeader(member: Member, { crc, packed, size }: Measured, offset: number): Buffer {
  const long = [size, packed, offset].filter((number) => number >= MOST_32);
  const extra = Buffer.concat([
    timeExtra(member),
    ...(long.length > 0 ? [fields([2, 1], [2, 8 * long.length], ...long.map((number): Field => [8, number]))] : []),
  ]);
  const isDirectory = member.name.at(-1) === 0x2f;
  const head = fields(
    [4, 0x02014b50],
    [2, MADE_ON_UNIX | VERSION],
    [2, VERSION],
    ...described(member),
    [4, crc],
    [4, Math.min(packed, MOST_32)],
    [4, Math.min(size, MOST_32)],
    [2, member.name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, isDirectory ? 0x10 : 0],
    [2, member.mode],
    [4, Math.min(offset, MOST_32)],
  );
  return Buffer.concat([head, member.name, extra]);
}

/** What stands at the end, and says where the central directory is. */
export function endRecords({ count, offset, length }: { count: number; offset: number; length: number }): Buffer {
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, Math.min(count, MOST_16)],
    [2, Math.min(count, MOST_16)],
    [4, Math.min(length, MOST_32)],
    [4, Math.min(offset, MOST_32)],
    [2, 0],
  );
  if (count < MOST_16 && offset < MOST_32 && length < MOST_32) return end;
  const long = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, MADE_ON_UNIX | VERSION],
    [2, VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, length],
    [8, offset],
  );
  const locator = fields([4, 0x07064b50], [4, 0], [8, offset + length], [4, 1]);
  return Buffer.concat([long, locator, end]);
}

/** The fields that both headers have, in this order. */
function described({ name, deflated, streamed, modified }: Member): readonly Field[] {
  const isText = Buffer.from(name.toString("utf8")).equals(name);
  const [date, time] = dosTime(modified);
  return [
    [2, (streamed ? 1 << 3 : 0) | (isText ? 1 << 11 : 0)],
    [2, deflated ? 8 : 0],
    [2, time],
    [2, date],
  ];
}

/** Of 1980 to 2107, in steps of two seconds, in no zone: readers that know the extra field take that. */
function dosTime(modified: number): readonly [date: number, time: number] {
  const at = new Date(Math.min(Math.max(modified, Date.UTC(1980)), Date.UTC(2107, 11, 31)));
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return [date, (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)];
}

/** Unix seconds, as far as they fit into a signed field of 32 bits. */
function timeExtra({ modified }: Member): Buffer {
  const seconds = Math.floor(modified / 1000);
  if (seconds !== (seconds | 0)) return Buffer.alloc(0);
  return fields([2, 0x5455], [2, 5], [1, 1], [4, seconds >>> 0]);
}

function fields(...all: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(all.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of all) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}
