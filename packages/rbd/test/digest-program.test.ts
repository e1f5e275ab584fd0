import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { DIGEST_PROGRAM } from "../src/digest-program.ts";
import { openPool, parseComparison, type Comparison, type CompareOptions, type DigestPart } from "../src/index.ts";
import { fakeRun } from "./fake-run.ts";

const MiB = 1 << 20;
const CHUNK = 4 * MiB;

/** An image as its bindings show it: what is not written reads as zeros. */
interface Image {
  readonly size: number;
  /** Bytes by offset, each run of one value. */
  readonly written?: readonly (readonly [offset: number, length: number, value: number])[];
  /** What its listing of differences says; not said: what is written. */
  readonly listed?: readonly (readonly [offset: number, length: number])[];
}

/** In place of Ceph's modules, so that this runs where there is no cluster. */
const STAND_IN = `
import json, sys, types
given = json.loads(sys.argv.pop())
class Pool:
    def set_namespace(self, namespace): pass
    def close(self): pass
class Rados:
    def __init__(self, **words): pass
    def conf_parse_env(self, name): pass
    def connect(self): pass
    def open_ioctx(self, pool): return Pool()
    def shutdown(self): pass
class Image:
    def __init__(self, pool, name, snapshot, read_only): assert read_only
    def __enter__(self): return self
    def __exit__(self, *error): pass
    def size(self): return given["size"]
    def read(self, offset, length):
        data = bytearray(length)
        for start, count, value in given.get("written", []):
            low, high = max(start, offset), min(start + count, offset + length)
            if low < high: data[low - offset:high - offset] = bytes([value]) * (high - low)
        return bytes(data)
    def diff_iterate(self, offset, length, base, note):
        listed = given.get("listed") or [one[:2] for one in given.get("written", [])]
        for start, count in listed: note(start, count, True)
sys.modules["rados"] = types.SimpleNamespace(Rados=Rados)
sys.modules["rbd"] = types.SimpleNamespace(Image=Image)
`;

const pool = openPool({ address: { pool: "rbd", namespace: "" }, run: fakeRun().run, place: "here" });

function runOn(image: Image, asked: string, input = "") {
  const args = ["-I", "-c", STAND_IN + DIGEST_PROGRAM, asked, JSON.stringify(image)];
  return spawnSync("/usr/bin/python3", args, { input, encoding: "utf8" });
}

function digestsOf(image: Image, part: DigestPart): string {
  const { stdout, stderr, status } = runOn(image, pool.digests("one", "first", part)[0].args.at(-1) as string);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout;
}

function compare(image: Image, digests: string, options?: CompareOptions) {
  return runOn(image, pool.compareDigests("one", "first", options)[0].args.at(-1) as string, digests);
}

function found(image: Image, digests: string, options?: CompareOptions): Comparison {
  const { stdout, stderr, status } = compare(image, digests, options);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return parseComparison(stdout);
}

const changed: DigestPart = { kind: "changed" };
const all: DigestPart = { kind: "share", first: 0, count: 1, of: 1 };
const source: Image = { size: 18 * MiB, written: [[MiB, 6 * MiB, 7]] };
const same = { different: 0, ranges: [] };

describe("two sides", () => {
  const zeros: Image = { size: 18 * MiB, written: [...source.written!, [9 * MiB, MiB, 0]] };
  const flipped: Image = { size: 18 * MiB, written: [...source.written!, [5 * MiB, 1, 8]] };
  const stray: Image = { size: 18 * MiB, written: [...source.written!, [12 * MiB, 8192, 1]] };
  const lost: Image = { size: 18 * MiB, written: [[MiB, 3 * MiB, 7]] };
  const longer: Image = { size: 20 * MiB, written: source.written! };
  const at = (offset: number, length: number) => ({ different: 1, ranges: [{ offset, length }] });

  test.each<[string, Image, Image, DigestPart, CompareOptions, Partial<Comparison>]>([
    ["the same", source, source, changed, { stray: true }, { ...same, bytes: 6 * MiB }],
    ["the same, all of it", source, source, all, {}, { ...same, bytes: 18 * MiB }],
    ["zeros there, nothing here", zeros, source, changed, { stray: true }, same],
    ["nothing there, zeros here", source, zeros, changed, { stray: true }, same],
    ["a byte", source, flipped, changed, {}, at(CHUNK, 3 * MiB)],
    ["a byte, all of it", source, flipped, all, {}, at(CHUNK, CHUNK)],
    ["a block that is not there", source, stray, changed, { stray: true }, at(12 * MiB, 8192)],
    ["a block that is not there, all of it", source, stray, all, {}, at(12 * MiB, CHUNK)],
    ["a block that did not arrive", source, lost, changed, {}, at(CHUNK, 3 * MiB)],
    ["another size", source, longer, changed, {}, at(18 * MiB, 2 * MiB)],
    ["another size, the other way round", longer, source, all, {}, at(18 * MiB, 2 * MiB)],
  ])("%s", (_, there, here, part, options, expected) => {
    expect(found(here, digestsOf(there, part), options)).toMatchObject(expected);
  });

  test("a listing that lies is found only where no listing is asked", () => {
    const lying: Image = { ...source, listed: [[MiB, MiB]] };
    expect(found(lost, digestsOf(lying, changed))).toMatchObject(same);
    expect(found(lost, digestsOf(lying, all))).toMatchObject(at(CHUNK, CHUNK));
  });

  test("what the source did not list is looked at between, before and behind what it did", () => {
    const listed: Image = {
      size: 64 * MiB,
      written: [
        [8 * MiB, MiB, 1],
        [9 * MiB, MiB, 1],
        [30 * MiB, MiB, 1],
      ],
    };
    const spots = [4, 11, 29, 31, 62].map((spot) => [spot * MiB, 4096, 9] as const);
    const { ranges } = found({ ...listed, written: [...listed.written!, ...spots] }, digestsOf(listed, changed), {
      stray: true,
    });
    expect(ranges).toEqual(spots.map(([offset, length]) => ({ offset, length })));
    const wide: Image = { size: 64 * MiB, written: listed.written!, listed: [[0, 64 * MiB]] };
    expect(found(wide, digestsOf(listed, changed), { stray: true })).toMatchObject({ ...same, bytes: 64 * MiB });
  });
});

test.each([1, 3, 12])("every chunk is in one of %i shares, and in no other", (of) => {
  const image: Image = { size: 9 * CHUNK + 1, written: [] };
  const offsets = Array.from({ length: of }, (_, first) =>
    digestsOf(image, { kind: "share", first, count: 1, of })
      .split("\n")
      .slice(1, -2)
      .map((line) => Number(line.split(" ")[0])),
  ).flat();
  expect(offsets.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, index) => index * CHUNK));
  const two = digestsOf(image, { kind: "share", first: 0, count: Math.min(2, of), of });
  expect(two).toMatch(new RegExp(`^size ${image.size}\n0 ${CHUNK} -\n`));
});

describe("digests that do not arrive whole are an error, never a good answer", () => {
  const whole = digestsOf(source, changed);
  const lines = whole.trimEnd().split("\n");
  test.each([
    ["nothing", ""],
    ["without an end", `${lines.slice(0, -1).join("\n")}\n`],
    ["with a line less", `${[...lines.slice(0, 1), ...lines.slice(2)].join("\n")}\n`],
    ["cut in a line", whole.slice(0, -20)],
    ["something else", "hello\n"],
  ])("%s", (_, digests) => {
    const { stdout, status } = compare(source, digests);
    expect({ stdout, failed: status !== 0 }).toEqual({ stdout: "", failed: true });
  });
});

test("without the bindings it says so", () => {
  const { stderr, status } = spawnSync("/usr/bin/python3", ["-I", "-S", "-c", DIGEST_PROGRAM, "{}"], {
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^python3-rbd is missing: /);
  expect(status).toBe(1);
});
