import { expect, test } from "vitest";
import { findMissingBindings, openPool, parseComparison, type DigestPart } from "../src/index.ts";
import { fakeRun } from "./fake-run.ts";

const address = { pool: "-po ol", namespace: "n;s", cephConf: "/etc/ceph/my cluster.conf", cephId: "bk" };
const known = {
  conf: address.cephConf,
  id: "bk",
  pool: "-po ol",
  namespace: "n;s",
  image: "--pool=evil; $(id)",
  snapshot: "-s",
};

test.each<[DigestPart, object]>([
  [{ kind: "changed" }, {}],
  [{ kind: "changed", base: "$(base)" }, { base: "$(base)" }],
  [
    { kind: "share", first: 3, count: 2, of: 30 },
    { first: 3, count: 2, of: 30 },
  ],
])("names and the part %j are data, in one argument", (part, words) => {
  const pool = openPool({ address, run: fakeRun().run, place: "here" });
  const [{ file, args, label }, ...more] = pool.digests(known.image, known.snapshot, part);
  expect(more).toEqual([]);
  expect(file).toBe("/usr/bin/python3");
  expect(JSON.parse(args.at(-1) as string)).toEqual({ ...known, ...words });
  expect(args.slice(0, -1).join(" ")).not.toContain("evil");
  expect(label).toBe(`digests of ${known.image}@-s`);
  const [compared] = pool.compareDigests(known.image, known.snapshot, { stray: true });
  expect(JSON.parse(compared.args.at(-1) as string)).toEqual({ ...known, compare: true, stray: true });
});

test("what the comparison prints is typed at the edge", () => {
  expect(parseComparison('{"bytes": 8, "different": 2, "ranges": [[0, 4]]}\n')).toEqual({
    bytes: 8,
    different: 2,
    ranges: [{ offset: 0, length: 4 }],
  });
  for (const text of ["", "{}", '{"bytes": 8, "different": 0}', '{"bytes": -1, "different": 0, "ranges": []}']) {
    expect(() => parseComparison(text)).toThrow(/the digest program printed something else/);
  }
});

test("a stage without Python, or without its bindings, is told from one that failed", () => {
  const stage = { file: "ssh", code: 1, signal: undefined, stderr: "" };
  const good = { ...stage, code: 0 };
  expect(findMissingBindings([good, { ...stage, stderr: "rbd.ImageNotFound: x" }])).toBeUndefined();
  expect(findMissingBindings([{ ...stage, stderr: "python3-rbd is missing: No module named 'rbd'\n" }, good])).toBe(0);
  const none = "bash: line 1: /usr/bin/python3: No such file or directory\n";
  expect(findMissingBindings([{ ...stage, code: 127, stderr: none }, good])).toBe(0);
  expect(findMissingBindings([good, { ...stage, file: "/usr/bin/python3", code: undefined }])).toBe(1);
});
