import type { Pipeline } from "@backurne/exec";
import { describe, expect, test } from "vitest";
import { openPool, type RbdPool } from "../src/index.ts";
import { fakeRun, type End } from "./fake-run.ts";
import { recorded } from "./recorded.ts";

const address = { pool: "rbd", namespace: "" };
const where = { pool: "-po ol", namespace: "n;s", cephConf: "/etc/ceph/my cluster.conf", cephId: "bk" };
const nasty = `--pool=evil; $(id) \`id\` "q" 's'\nü%41\\`;
const snap = "backup;daily;30;2026-11-23T04:00:00.000Z";

function open(...ends: readonly End[]) {
  const { run, asked } = fakeRun(...ends);
  return { pool: openPool({ address, run, place: "here" }), asked };
}

/** One line per argument, so that a golden shows where an argument ends. */
function lines(argv: readonly string[]): string {
  return argv.map((argument) => JSON.stringify(argument)).join(" ");
}

describe("argv", () => {
  const calls: readonly [string, (pool: RbdPool) => Promise<unknown>, string][] = [
    ["inventory", (pool) => pool.inventory(), "[]"],
    ["datedSnapshots", (pool) => pool.datedSnapshots(nasty), "[]"],
    ["info", (pool) => pool.info(nasty), recorded("info")],
    ["watched", (pool) => pool.watched(nasty), recorded("status")],
    ["metadata", (pool) => pool.metadata(nasty), ""],
    ["setMetadata", (pool) => pool.setMetadata(nasty, "backurne.v", "1"), ""],
    ["removeMetadata", (pool) => pool.removeMetadata(nasty, "backurne.gone"), ""],
    ["create", (pool) => pool.create(nasty, { size: 4194305 }), ""],
    ["rename", (pool) => pool.rename(nasty, "-to"), ""],
    ["remove", (pool) => pool.remove(nasty), ""],
    ["trash", (pool) => pool.trash(nasty, 7), ""],
    ["createSnapshot", (pool) => pool.createSnapshot(nasty, snap), ""],
    ["removeSnapshot", (pool) => pool.removeSnapshot(nasty, snap), ""],
    ["rollback", (pool) => pool.rollback(nasty, snap), ""],
    ["changedBytes", (pool) => pool.changedBytes(nasty), "[]"],
    ["changedBytes from a base", (pool) => pool.changedBytes(nasty, snap), "[]"],
    ["snapshotBytes", (pool) => pool.snapshotBytes(nasty, snap), "[]"],
    ["snapshotBytes from a base", (pool) => pool.snapshotBytes(nasty, snap, "-base"), "[]"],
    ["usage", (pool) => pool.usage(), recorded("usage")],
  ];

  const streams: readonly [string, (pool: RbdPool) => Pipeline][] = [
    ["exportDiff full", (pool) => pool.exportDiff(nasty, snap)],
    ["exportDiff incremental", (pool) => pool.exportDiff(nasty, snap, "-base")],
    ["exportWhole", (pool) => pool.exportWhole(nasty, snap)],
    ["importDiff", (pool) => pool.importDiff(nasty)],
  ];

  async function golden(place: typeof address): Promise<string> {
    const text: string[] = [];
    for (const [name, call, stdout] of calls) {
      const { run, asked } = fakeRun({ stdout });
      await call(openPool({ address: place, run, place: "here" }));
      expect(asked).toHaveLength(1);
      text.push(`${name} (${asked[0]?.lane})\n  ${lines(asked[0]?.argv ?? [])}`);
    }
    for (const [name, call] of streams) {
      const [command, ...more] = call(openPool({ address: place, run: fakeRun().run, place: "here" }));
      expect(more).toEqual([]);
      expect(command.answers).toEqual([]);
      text.push(`${name}\n  ${lines([command.file, ...command.args])}`);
    }
    return `${text.join("\n")}\n`;
  }

  test("with everything set and nasty names", async () => {
    await expect(await golden(where)).toMatchFileSnapshot("goldens/argv-nasty.txt");
  });

  test("with a pool and nothing else", async () => {
    const text = await golden(address);
    await expect(text).toMatchFileSnapshot("goldens/argv-plain.txt");
    expect(text).not.toContain("namespace");
    expect(text).not.toContain("--conf");
    expect(text).not.toContain("--id");
  });

  test("a stream goes in by a path: from `-` rbd keeps a single write in flight", () => {
    expect(open().pool.importDiff("a")[0].args).toContain("--path=/dev/stdin");
  });

  test("more parallel requests where they are asked for", () => {
    const { args } = openPool({ address, run: fakeRun().run, place: "here", exportOps: 40 }).exportDiff("a", "s")[0];
    expect(args[args.indexOf("--rbd-concurrent-management-ops") + 1]).toBe("40");
  });
});

// As rbd of Ceph 16.2.15 says it: `couldn't connect` and a pool that is not there end with 2 as well.
const noImage = "rbd: error opening image a: (2) No such file or directory\n";
const noPool = "rbd: error opening pool 'rbd': (2) No such file or directory\n";
const noNamespace = "rbd: namespace 'ns' does not exist.\n";
const noSpace = `2026-11-25T23:26:00.456+0000 7faa66ffd6c0 -1 librbd::trash::MoveRequest: 0x7faa6004d960 handle_trash_add: failed to add image to trash: (28) No space left on device
2026-11-25T23:26:00.456+0000 7faa6ea8f380 -1 librbd::api::Trash: move: error setting trash image state: (2) No such file or directory
rbd: delete error: (2) No such file or directory
`;
const noKey = `2026-11-23T04:52:07.085+0000 7fa725b2a380 -1 auth: unable to find a keyring on /nope: (2) No such file or directory

rbd: couldn't connect to the cluster!
`;

describe("exit codes", () => {
  const asks: Readonly<Record<string, (pool: RbdPool) => Promise<unknown>>> = {
    info: (pool) => pool.info("a"),
    datedSnapshots: (pool) => pool.datedSnapshots("a"),
    snapshots: (pool) => pool.snapshots("a"),
    watched: (pool) => pool.watched("a"),
    metadata: (pool) => pool.metadata("a"),
    removeSnapshot: (pool) => pool.removeSnapshot("a", "s"),
    remove: (pool) => pool.remove("a"),
    removeMetadata: (pool) => pool.removeMetadata("a", "backurne.gone"),
    protect: (pool) => pool.protect("a", "s"),
    children: (pool) => pool.children("a", "s"),
  };
  const troubles: Readonly<Record<string, string>> = { noPool, noNamespace, noKey, noSpace };

  const answers: readonly [string, End, unknown][] = [
    ["info", { code: 2, stderr: noImage }, undefined],
    ["datedSnapshots", { code: 2, stderr: noImage }, undefined],
    ["snapshots", { code: 2, stderr: noImage }, undefined],
    ["watched", { code: 2, stderr: noImage }, undefined],
    ["metadata", { code: 2, stderr: noImage }, undefined],
    ["removeSnapshot", { code: 2, stderr: noImage }, "absent"],
    [
      "removeSnapshot",
      { code: 2, stderr: "rbd: failed to remove snapshot: (2) No such file or directory\n" },
      "absent",
    ],
    ["removeSnapshot", { code: 16, stderr: "rbd: snapshot 's' is protected from removal.\n" }, "busy"],
    ["removeSnapshot", {}, "removed"],
    ["protect", { code: 2, stderr: "rbd: protecting snap failed: (2) No such file or directory\n" }, "absent"],
    ["protect", { code: 16, stderr: "rbd: protecting snap failed: (16) Device or resource busy\n" }, "protected"],
    ["protect", {}, "protected"],
    ["children", { code: 2, stderr: "rbd: snapshot does not exist.\n" }, undefined],
    ["remove", { code: 2, stderr: "rbd: delete error: (2) No such file or directory\n" }, "absent"],
    ["remove", { code: 16, stderr: "rbd: error: image still has watchers\n" }, "busy"],
    ["remove", { code: 39, stderr: "rbd: image has snapshots\n" }, "busy"],
    ["remove", {}, "removed"],
    [
      "removeMetadata",
      {
        code: 2,
        stderr:
          "rbd: no existing metadata key backurne.gone of image : (2) No such file or directory\nrbd: removing metadata failed: (2) No such file or directory\n",
      },
      undefined,
    ],
  ];
  test.each(answers)("%s %j is %s", async (name, end, answer) => {
    const { pool, asked } = open(end);
    expect(await asks[name]?.(pool)).toBe(answer);
    expect(asked).toHaveLength(1);
  });

  const rows = Object.keys(asks).flatMap((ask) => Object.keys(troubles).map((trouble) => [ask, trouble] as const));
  test.each(rows)("%s: %s is never taken for an image that is not there", async (ask, trouble) => {
    const { pool } = open({ code: 2, stderr: troubles[trouble] ?? "" });
    await expect(asks[ask]?.(pool)).rejects.toThrow(troubles[trouble]?.trim());
  });

  test.each(Object.keys(asks))("%s: any other exit is a failure", async (ask) => {
    const { pool } = open({ code: 13, stderr: "rbd: couldn't connect to the cluster!" });
    await expect(asks[ask]?.(pool)).rejects.toThrow("exit 13");
  });

  const exists: readonly [string, (pool: RbdPool) => Promise<string>, string][] = [
    ["create", (pool) => pool.create("a", { size: 1 }), "created"],
    ["rename", (pool) => pool.rename("a", "b"), "renamed"],
    ["createSnapshot", (pool) => pool.createSnapshot("a", "s"), "created"],
  ];
  test.each(exists)("%s: 17 says that it exists, all else fails", async (_, call, made) => {
    expect(await call(open({ code: 17 }).pool)).toBe("exists");
    expect(await call(open().pool)).toBe(made);
    await expect(call(open({ code: 2 }).pool)).rejects.toThrow("exit 2");
  });

  const strict: readonly [string, (pool: RbdPool) => Promise<unknown>][] = [
    ["inventory", (pool) => pool.inventory()],
    ["setMetadata", (pool) => pool.setMetadata("a", "k", "v")],
    ["trash", (pool) => pool.trash("a", 7)],
    ["rollback", (pool) => pool.rollback("a", "s")],
    ["changedBytes", (pool) => pool.changedBytes("a")],
    ["usage", (pool) => pool.usage()],
  ];
  test.each(strict)("%s: no failure is an answer", async (_, call) => {
    for (const code of [1, 2, 16, 17, 39]) await expect(call(open({ code }).pool)).rejects.toThrow(`exit ${code}`);
  });

  const aborted = { breaks: "SIGABRT" } as const;
  const lost = { breaks: { file: "ssh", code: 255 } } as const;
  const refused = { ...lost, stderr: "kex_exchange_identification: read: Connection reset by peer\n" };
  test.each<[string, readonly End[], string | undefined, number]>([
    ["a program that aborts is asked again", [aborted, aborted, { stdout: "[]" }], undefined, 3],
    ["and not for ever", [aborted], "SIGABRT", 3],
    ["also behind a shell", [{ breaks: { file: "rbd", code: 134 } }, { stdout: "[]" }], undefined, 2],
    ["a connection that ssh lost is opened again", [lost, { stdout: "[]" }], undefined, 2],
    ["and once only", [lost], "255", 2],
    ["what somebody killed is not started again", [{ breaks: "SIGKILL" }], "SIGKILL", 1],
  ])("of what only reads, %s", async (_, ends, failure, times) => {
    const { pool, asked } = open(...ends);
    const answer = pool.inventory();
    if (failure === undefined) expect(await answer).toEqual([]);
    else await expect(answer).rejects.toThrow(failure);
    expect(asked).toHaveLength(times);
  });

  test("what changes something is not asked again: it may have been done, unless ssh found no way there", async () => {
    for (const end of [aborted, lost]) {
      const { pool, asked } = open(end);
      await expect(pool.createSnapshot("a", "s")).rejects.toThrow();
      expect(asked).toHaveLength(1);
    }
    const twice = open(aborted, {}, aborted, {});
    await twice.pool.setMetadata("a", "backurne.v", "1");
    await twice.pool.rollback("a", "s");
    expect(twice.asked).toHaveLength(4); // what is the same done twice
    const { pool, asked } = open(refused, {});
    expect(await pool.createSnapshot("a", "s")).toBe("created");
    expect(asked).toHaveLength(2);
    await expect(open(refused).pool.createSnapshot("a", "s")).rejects.toThrow("255");
  });

  test("trouble that has passed at the second try is no trouble", async () => {
    const { pool, asked } = open({ code: 2, stderr: noKey }, { stdout: recorded("info") });
    expect((await pool.info("a"))?.id).toBe("100c2814f7d0");
    expect(asked).toHaveLength(2);
  });
});

describe("what goes while it is listed", () => {
  const moved = (what: string): End => ({ code: 2, stderr: `rbd: ${what}: (2) No such file or directory\n` });
  const rows = (...images: readonly string[]) => JSON.stringify(images.map((image) => ({ image, id: image, size: 1 })));
  const cut = (...images: readonly string[]): End => ({ ...moved("listing images failed"), stdout: rows(...images) });
  const named = (...images: readonly string[]): End => ({ stdout: JSON.stringify(images) });

  test.each<[string, readonly End[], readonly string[]]>([
    ["a listing that lacks only what has gone is whole", [cut("a", "b"), named("a", "b")], ["a", "b"]],
    ["what has gone after it was printed is left out", [cut("a", "b"), named("b")], ["b"]],
    ["one that lacks what is there is made again", [cut("a"), named("a", "c"), { stdout: rows("a", "c") }], ["a", "c"]],
  ])("%s", async (_, ends, expected) => {
    const { pool, asked } = open(...ends);
    expect((await pool.inventory()).map(({ image }) => image)).toEqual(expected);
    expect(asked).toHaveLength(ends.length);
  });

  test("one that never comes whole is an error", async () => {
    const never = Array.from({ length: 9 }, (_, at) => (at % 2 === 0 ? cut("a") : named("a", `new-${at}`)));
    await expect(open(...never).pool.inventory()).rejects.toThrow("exit 2: rbd: listing images failed");
  });

  test("another trouble with the same number is one at once", async () => {
    const { pool, asked } = open({ code: 2, stderr: "rbd: error opening pool 'rbd': (2) No such file or directory" });
    await expect(pool.inventory()).rejects.toThrow("exit 2: rbd: error opening pool");
    expect(asked).toHaveLength(2);
  });

  test("usage is asked again", async () => {
    const { pool, asked } = open(moved("du failed"), { stdout: recorded("usage") });
    expect((await pool.usage()).length).toBeGreaterThan(0);
    expect(asked).toHaveLength(2);
  });
});

test("snapshots are asked of the whole pool once it is known to be small enough", async () => {
  const { pool, asked } = open({ stdout: recorded("inventory") });
  await pool.inventory();
  const wanted = ["-dash", "alpha;disk1;None", "restore-1", "nope"];
  const answers = await Promise.all(wanted.map((image) => pool.snapshots(image)));
  expect(asked).toHaveLength(2);
  expect(answers.map((answer) => answer?.map(({ id }) => id))).toEqual([[6], [4, 5], [], undefined]);
});
