import { describe, expect, test } from "vitest";
import { openTrash, type RbdTrash } from "../src/index.ts";
import { fakeRun, type End } from "./fake-run.ts";

const address = { pool: "backup", namespace: "" };
const open = (...ends: readonly End[]) => {
  const { run, asked } = fakeRun(...ends);
  return { trash: openTrash({ address, run }), asked };
};

// As rbd and rados of Ceph 16.2.15 print it.
const LISTED = `[{"id":"100e922b09af","name":"alpha;one;None","source":"USER","deleted_at":"Wed Nov 25 23:15:12 2026","status":"protected until Wed Dec  2 23:15:12 2026"},{"id":"1018b5d47ac7","name":"foreign","source":"USER","deleted_at":"Wed Nov 25 23:15:12 2026","status":"expired at Wed Nov 25 23:15:12 2026"}]`;
const VALUE = `value (19 bytes) :
00000000  7b 22 61 74 22 3a 22 78  22 2c 22 62 22 3a 22 c3  |{"at":"x","b":".|
00000010  bc 22 7d                                          |."}|
00000013

`;
const noKey = "No such key: backup/rbd_header.1018b5d47ac7/metadata_backurne.trashed\n";
const noHeader =
  "error getting omap value backup/rbd_header.nope/metadata_backurne.trashed: (2) No such file or directory\n";
const noPool = "error opening pool backup: (2) No such file or directory\n";

test("is listed with its times", async () => {
  expect(await open({ stdout: LISTED }).trash.list()).toEqual([
    {
      id: "100e922b09af",
      name: "alpha;one;None",
      trashed: Date.parse("2026-11-25T23:15:12Z"),
      ends: Date.parse("2026-12-02T23:15:12Z"),
    },
    {
      id: "1018b5d47ac7",
      name: "foreign",
      trashed: Date.parse("2026-11-25T23:15:12Z"),
      ends: Date.parse("2026-11-25T23:15:12Z"),
    },
  ]);
  expect(await open({ stdout: "" }).trash.list()).toEqual([]);
  // What goes while it is listed fails the listing, whatever was printed before.
  const moved = { code: 2, stdout: "[]", stderr: "rbd: trash list: (2) No such file or directory\n" };
  expect(await open(moved, moved, { stdout: LISTED }).trash.list()).toHaveLength(2);
  await expect(open(moved).trash.list()).rejects.toThrow("exit 2: rbd: trash list");
  // What nobody understands never ends.
  const strange = LISTED.replace("expired at", "moving since");
  expect((await open({ stdout: strange }).trash.list())[1]).toMatchObject({ ends: Infinity });
});

describe("a value of a trashed image", () => {
  test("is read from the picture of its bytes", async () => {
    const { trash, asked } = open({ stdout: VALUE });
    expect(await trash.metadata("100e922b09af", "backurne.trashed")).toBe(`{"at":"x","b":"ü"}`);
    expect(asked[0]?.argv.slice(-3)).toEqual(["getomapval", "rbd_header.100e922b09af", "metadata_backurne.trashed"]);
  });

  test.each([0, 1, 15, 16, 17, 32, 300])("of %i bytes", async (length) => {
    const text = "0123456789abcdef|".repeat(20).slice(0, length);
    const rows = text.match(/.{1,16}/g) ?? [];
    const picture = rows.map((row, index) => {
      const hex = [...row]
        .map((one) => one.charCodeAt(0).toString(16))
        .join(" ")
        .replace(/^(.{23}) /, "$1  ");
      return `${(index * 16).toString(16).padStart(8, "0")}  ${hex.padEnd(48)}  |${row}|`;
    });
    const stdout = [`value (${length} bytes) :`, ...picture, "", ""].join("\n");
    expect(await open({ stdout }).trash.metadata("a", "k")).toBe(text);
  });

  test("that is not there is none; all else is a failure", async () => {
    expect(await open({ code: 1, stdout: noKey }).trash.metadata("a", "k")).toBeUndefined();
    expect(await open({ code: 1, stderr: noHeader }).trash.metadata("a", "k")).toBeUndefined();
    await expect(open({ code: 1, stderr: noPool }).trash.metadata("a", "k")).rejects.toThrow("(2)");
    await expect(open({ stdout: VALUE.replace("19", "20") }).trash.metadata("a", "k")).rejects.toThrow("expected");
  });
});

describe("clones", () => {
  const info = (features: string) => ({ stdout: `{"name":"a","op_features":${features}}` });
  test.each<[string, readonly End[], boolean]>([
    ["of format 2", [info(`["clone-parent","snap-trash"]`)], true],
    ["none", [info("[]"), { stdout: `[{"protected":"false"}]` }], false],
    ["none, and no snapshots", [{ stdout: `{"name":"a"}` }, { stdout: "" }], false],
    ["of format 1 need protection", [info("[]"), { stdout: `[{"protected":"false"},{"protected":"true"}]` }], true],
  ])("%s", async (_, ends, cloned) => {
    expect(await open(...ends).trash.cloned("a")).toBe(cloned);
  });
});

const absent = "rbd: error: image does not exist in trash\n";
const removedAlready = "rbd: remove error: (2) No such file or directory\n";
const unconnected = "rbd: couldn't connect to the cluster!\n";
const calls: readonly [string, (trash: RbdTrash) => Promise<string>, readonly End[], string][] = [
  ["restore", (trash) => trash.restore("a", "n;m"), [{}], "restored"],
  ["restore", (trash) => trash.restore("a", "n;m"), [{ code: 17 }], "exists"],
  ["restore", (trash) => trash.restore("a", "n;m"), [{ code: 2, stderr: absent }], "absent"],
  ["remove", (trash) => trash.remove("a", false), [{}, {}], "removed"],
  ["remove", (trash) => trash.remove("a", false), [{ code: 16 }], "busy"],
  ["remove", (trash) => trash.remove("a", false), [{}, { code: 39 }], "busy"],
  ["remove", (trash) => trash.remove("a", false), [{}, { code: 2, stderr: removedAlready }], "absent"],
];
test.each(calls)("%s ends as %#", async (_, call, ends, answer) => {
  const { trash, asked } = open(...ends);
  expect(await call(trash)).toBe(answer);
  expect(asked).toHaveLength(ends.length);
});

test("a pool that cannot be reached is never an image that is not there", async () => {
  const end = { code: 2, stderr: unconnected };
  await expect(open(end).trash.restore("a", "b")).rejects.toThrow("connect");
  await expect(open(end).trash.remove("a", false)).rejects.toThrow("connect");
});

test("only what is to go before its end is forced", async () => {
  for (const force of [true, false]) {
    const { trash, asked } = open({});
    await trash.remove("a", force);
    expect(asked.map(({ argv }) => argv.includes("--force"))).toEqual([false, force]);
    expect(asked.map(({ argv }) => argv.slice(1, 3))).toEqual([
      ["snap", "purge"],
      ["trash", "rm"],
    ]);
  }
});
