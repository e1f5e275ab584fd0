import { quote } from "@backurne/faults";
import type { Fault } from "./faults.ts";

/** The stream reaches `import-diff` changed; its frame stays whole, so that nothing but a comparison can notice. */
function rewriting(script: string): Fault {
  const program = `import struct, sys
data, out, at = sys.stdin.buffer.read(), sys.stdout.buffer, 12
out.write(data[:at])
while at < len(data):
    tag = data[at:at + 1]
    if tag in b"ft": end = at + 5 + struct.unpack("<I", data[at + 1:at + 5])[0]
    elif tag == b"s": end = at + 9
    elif tag == b"w": end = at + 17 + struct.unpack("<Q", data[at + 9:at + 17])[0]
    elif tag == b"z": end = at + 17
    else: end = len(data)
    record = bytearray(data[at:end])
    ${script}
    out.write(record)
    at = end
`;
  return {
    where: "backup",
    when: "import-diff",
    does: `/usr/bin/python3 -c ${quote(program)} | "$real" "$@"`,
  };
}

/** One bit of the data written at this place of the image. */
export function flipBit(offset: number): Fault {
  return rewriting(
    `start = struct.unpack("<Q", data[at + 1:at + 9])[0] if tag == b"w" else ${offset} + 1
    if start <= ${offset} < start + len(record) - 17: record[17 + ${offset} - start] ^= 1`,
  );
}

export function dropDiscards(): Fault {
  return rewriting(`if tag == b"z": record = b""`);
}

/** A block that the source does not have. */
export function addBlock(offset: number): Fault {
  return rewriting(`if tag == b"e": record = b"w" + struct.pack("<QQ", ${offset}, 4096) + b"x" * 4096 + record`);
}
