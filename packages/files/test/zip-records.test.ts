import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { centralHeader, descriptor, endRecords, localHeader, type Member } from "../src/zip-records.ts";

/** As the packer does it, out of what is at hand. */
function assemble(count: number, what: Partial<Member>): string {
  const data = Buffer.from("some text, some text, some text");
  const packed = deflateRawSync(data);
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (let at = 0; at < count; at += 1) {
    const member = {
      name: Buffer.from(`${at}`),
      mode: 0o100644,
      modified: 0,
      deflated: true,
      streamed: true,
      large: false,
      ...what,
    };
    const measured = { crc: crc32(data), packed: packed.length, size: data.length };
    const body = [localHeader(member, { crc: 0, packed: 0, size: 0 }), packed, descriptor(member, measured)];
    central.push(centralHeader(member, measured, offset));
    parts.push(...body);
    offset += Buffer.concat(body).length;
  }
  const directory = Buffer.concat(central);
  const directoryAt = mkdtempSync(join(tmpdir(), "backurne-zip-"));
  onTestFinished(() => rmSync(directoryAt, { recursive: true, force: true }));
  const file = join(directoryAt, "archive.zip");
  writeFileSync(file, Buffer.concat([...parts, directory, endRecords({ count, offset, length: directory.length })]));
  return file;
}

function read(file: string): unknown {
  const script =
    "import sys,json,zipfile; z=zipfile.ZipFile(sys.argv[1]); i=z.infolist(); print(json.dumps([z.testzip(), len(i), z.read(i[-1]).decode(), i[0].date_time[0]]))";
  return JSON.parse(execFileSync("python3", ["-c", script, file], { encoding: "utf8" }));
}

test.each([
  ["fields of 32 bits", 3, {}, 1980],
  ["fields of 64 bits", 3, { large: true }, 1980],
  ["more entries than 16 bits count", 66_000, {}, 1980],
  ["a time after all that fits", 1, { modified: Date.UTC(2500, 1) }, 2107],
  ["a time before all that fits", 1, { modified: -1e15 }, 1980],
] as const)("%s are read by others", (_, count, what, year) => {
  expect(read(assemble(count, what))).toEqual([null, count, "some text, some text, some text", year]);
});
