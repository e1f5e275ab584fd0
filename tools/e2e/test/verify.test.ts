import type { ImageVerification, SuspectMark } from "@backurne/model";
import type { VerifyOptions } from "backurne";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { copySnapshot } from "../src/copy.ts";
import { openFaults } from "../src/faults.ts";
import { countSides, expectDone, targetOf } from "../src/sides.ts";
import { addBlock, dropDiscards, flipBit } from "../src/tamper.ts";

const TARGET = targetOf("disk");

async function openVerifying(): Promise<Arena> {
  const arena = await openArena();
  arena.settings = { ...arena.settings, verifySent: true };
  return arena;
}

async function verify(
  arena: Arena,
  manner: VerifyOptions["manner"],
  options: Partial<VerifyOptions> & { readonly host?: string } = {},
): Promise<{ readonly exit: number; readonly first: ImageVerification }> {
  const { host = "bk1", ...rest } = options;
  await using backurne = await arena.open({ host });
  const { exit, images } = await backurne.verify({ manner, ...rest });
  return { exit, first: images[0] as ImageVerification };
}

async function marksOf(arena: Arena, image = TARGET): Promise<Readonly<Record<string, string>>> {
  const args = ["image-meta", "list", `--pool=${arena.pool}`, `--image=${image}`, "--format", "json"];
  return JSON.parse((await arena.backupSide(...args)) || "{}") as Record<string, string>;
}

async function listed(arena: Arena) {
  await using backurne = await arena.open();
  return await backurne.list();
}

test("a bit that flips on the way is found: the chain is suspect, the next run starts a new generation", async () => {
  const arena = await openVerifying();
  const { env, set, struck } = await openFaults();
  await arena.createImage("disk", 32 * MiB);
  await arena.change("disk", [write(0, 6 * MiB)]);
  const first = await arena.backup({}, { env });
  expectDone(first, "full");
  expect(first.events).toContainEqual(expect.objectContaining({ kind: "verified", how: "sent", bytes: 6 * MiB }));

  // Zeros that were written and zeros that never were are the same; so is what was discarded.
  const zeros = { kind: "write", offset: 12 * MiB, data: new Uint8Array(MiB) } as const;
  await arena.change("disk", [zeros, { kind: "discard", offset: MiB, length: MiB }, write(20 * MiB, 8192)]);
  const second = await arena.backup({ force: true }, { env });
  expectDone(second, "incremental");
  expect(second.report.jobs[0]?.verified).toBe("sent");

  await set(flipBit(20 * MiB + 5000));
  await arena.change("disk", [write(20 * MiB, 8192)]);
  const third = await arena.backup({ force: true }, { env });
  expect(await struck()).toBe(1);
  const { exit, jobs } = third.report;
  expect({ exit, code: jobs[0]?.failure?.code }).toEqual({ exit: 13, code: "difference" });
  const snapshot = (await arena.backupSnapshots(TARGET)).at(-1)?.name as string;
  expect(jobs[0]?.failure?.message).toContain(`${TARGET}: ${snapshot} differs from its source in 1 place`);
  const { "backurne.suspect": suspect = "", "backurne.proofs": proofs = "" } = await marksOf(arena);
  expect(JSON.parse(suspect)).toMatchObject({ snapshot, how: "sent", ranges: [{ offset: 20 * MiB, length: 8192 }] });
  expect(Object.keys(JSON.parse(proofs) as object)).toHaveLength(2);
  expect((await listed(arena))[0]?.suspect).toContain(snapshot);
  await using backurne = await arena.open();
  const { jobs: planned } = await backurne.plan();
  expect(planned[0]?.steps).toContainEqual(expect.objectContaining({ mode: "full", closes: TARGET }));
  expect(JSON.stringify(planned)).toContain("suspect: a verification failed");

  await set();
  const fourth = await arena.backup({}, { env });
  expectDone(fourth, "full");
  const closed = (await arena.backupImages()).find((image) => image.startsWith("closed-")) as string;
  expect(await arena.backupSnapshots(closed)).toHaveLength(3);
  expect((await marksOf(arena, closed))["backurne.suspect"]).toBe(suspect);
  expect((await marksOf(arena))["backurne.suspect"]).toBeUndefined();
  const points = await backurne.points("disk");
  expect(points.map(({ verified }) => verified?.how)).toEqual(["sent"]);
  expect((await verify(arena, "full")).exit).toBe(0);
});

test("a discard that is not applied is found, and so is a block of a full that its source does not have", async () => {
  const arena = await openVerifying();
  const { env, set, struck } = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, 4 * MiB)]);
  expectDone(await arena.backup({}, { env }), "full");
  await set(dropDiscards());
  await arena.change("disk", [{ kind: "discard", offset: MiB, length: MiB }]);
  const second = await arena.backup({ force: true }, { env });
  expect(await struck()).toBe(1);
  expect(second.report).toMatchObject({ exit: 13, totals: { incremental: 1 } });
  expect(JSON.parse((await marksOf(arena))["backurne.suspect"] ?? "")).toMatchObject({
    ranges: [{ offset: MiB, length: MiB }],
  });

  await set(addBlock(9 * MiB));
  const third = await arena.backup({}, { env });
  expect(await struck()).toBe(1);
  expect(third.report).toMatchObject({ exit: 13, totals: { full: 1 } });
  // From where the object begins: the hole before the block is allocated, too.
  const { ranges } = JSON.parse((await marksOf(arena))["backurne.suspect"] ?? "") as SuspectMark;
  const [{ offset, length } = { offset: 0, length: 0 }, ...others] = ranges;
  expect(others).toEqual([]);
  expect(offset).toBeGreaterThanOrEqual(8 * MiB);
  expect(offset).toBeLessThanOrEqual(9 * MiB);
  expect(offset + length).toBe(9 * MiB + 4096);
});

test("by shares: any host goes on, a turn finds what differs, and what was proved stays with the image", async () => {
  const arena = await openVerifying();
  arena.settings = { ...arena.settings, verifySent: false };
  const { env, set, struck } = await openFaults();
  for (const image of ["disk", "good"]) {
    await arena.createImage(image, 16 * MiB);
    await arena.change(image, [write(0, 10 * MiB)]);
  }
  await set({ ...flipBit(9 * MiB), when: "import-diff.*partial" });
  const { report } = await arena.backup({}, { env });
  expect(await struck()).toBe(2);
  expect(report).toMatchObject({ exit: 0, totals: { full: 2 } });
  expect(report.jobs.map(({ verified }) => verified)).toEqual([undefined, undefined]);

  // The one that is to be good is made so.
  const good = targetOf("good");
  await set();
  await arena.change("good", [write(8 * MiB, 2 * MiB)]);
  expect((await arena.backup({ force: true }, { env })).report.exit).toBe(0);
  const share = { count: 1, of: 4 };
  const found = [];
  for (const host of ["bk1", "bk2", "bk1", "bk2", "bk1"]) {
    const outcome = (await verify(arena, share, { image: "disk", host })).first.outcome;
    found.push([outcome, (await verify(arena, share, { image: "good", host })).first.outcome]);
    if (outcome === "different") break;
  }
  expect(found).toEqual([
    ["same", "same"],
    ["same", "same"],
    ["different", "same"],
  ]);
  const { "backurne.suspect": suspect = "" } = await marksOf(arena);
  expect(JSON.parse(suspect)).toMatchObject({ how: "1/4", ranges: [{ offset: 8 * MiB, length: 4 * MiB }] });
  expect(JSON.parse((await marksOf(arena, good))["backurne.verified"] ?? "")).toMatchObject({
    last: { how: "1/4" },
    turn: { of: 4, next: 3 },
  });
  const before = (await listed(arena)).find(({ uuid }) => uuid === good);
  expect(before).toMatchObject({ verified: { how: "1/4" }, verifiedWhole: undefined });
  expect((await verify(arena, share, { image: "good" })).exit).toBe(0);
  expect((await listed(arena)).find(({ uuid }) => uuid === good)?.verifiedWhole).toBeDefined();

  // All of it, and by whole hashes, says the same.
  for (const manner of ["full", "hash"] as const) {
    await using backurne = await arena.open();
    const { exit, images } = await backurne.verify({ manner });
    expect(exit).toBe(13);
    expect(Object.fromEntries(images.map(({ image, outcome }) => [image, outcome]))).toEqual({
      [TARGET]: "different",
      [good]: "same",
    });
  }
  expect((await verify(arena, "full", { image: "good" })).first).toMatchObject({ how: "full", bytes: 16 * MiB });
});

test("a pool of the old tool: nothing is compared unasked; all of it compared, the chain is proved", async () => {
  const arena = await openArena();
  arena.settings = { ...arena.settings, verifySent: undefined };
  await arena.createImage("disk", 16 * MiB);
  await arena.backupSide("create", `--pool=${arena.pool}`, `--image=${TARGET}`, "--size", `${16 * MiB}B`);
  await arena.change("disk", [write(0, 2 * MiB)]);
  const snapshot = `backup;daily;30;${new Date().toISOString().replace("Z", "000")}`;
  await copySnapshot(arena, { image: "disk", target: TARGET, snapshot });
  // Before anybody has said that it is ours, it is compared, and nothing is written.
  expect(await verify(arena, "hash")).toMatchObject({ exit: 0, first: { outcome: "same", snapshot } });
  expect(await marksOf(arena)).toEqual({});

  await arena.change("disk", [write(8 * MiB, MiB)]);
  const { report } = await arena.backup({ force: true, takeOver: true });
  expect(report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(report.jobs[0]?.verified).toBeUndefined();
  expect((await listed(arena))[0]).toMatchObject({ unproved: true });
  expect(await verify(arena, { count: 1, of: 2 })).toMatchObject({ exit: 0 });
  expect((await listed(arena))[0]).toMatchObject({ unproved: true, verified: { how: "1/2" } });
  expect(await verify(arena, "full")).toMatchObject({ exit: 0, first: { outcome: "same", how: "full" } });
  expect((await listed(arena))[0]).toMatchObject({ unproved: false, verified: { how: "full" } });

  arena.settings = { ...arena.settings, verifySent: true };
  expect((await arena.backup({ force: true })).report.jobs[0]?.verified).toBe("sent");
});

test("what cannot be compared stays a backup, and is said: no bindings, a source that goes away, a stage that fails", async () => {
  const arena = await openVerifying();
  const { env, set, struck } = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  const live = `/usr/bin/rbd --conf ${arena.sandbox.live.conf} --id admin`;
  const rows = [
    [
      'echo "python3-rbd is missing: No module named rbd" >&2; exit 1',
      /bindings of Python 3 are missing on the live side; install python3-rbd/,
    ],
    ["exit 127", /digests of .* on live failed with exit code 127/],
    ["echo size 16777216; exit 0", /the digests of the source ended early/],
    [
      `snap=$(${live} snap ls --pool=${arena.pool} --image=disk --format json | grep -o '"name":"[^"]*"' | tail -1 | cut -d'"' -f4)
       ${live} snap rm --no-progress --pool=${arena.pool} --image=disk --snap="$snap"
       echo size 16777216; echo 0 1048576 0123; echo end 1`,
      /the source snapshot was removed while it was read/,
    ],
  ] as const;
  for (const [does, message] of rows) {
    await set({ where: "backup", program: "ssh", when: "blake2b", does });
    const { report } = await arena.backup({ force: true }, { env });
    expect(await struck()).toBe(1);
    expect(report).toMatchObject({ exit: 0, totals: { done: 1, failed: 0 } });
    expect(report.warnings.map((warning) => warning.message).join("\n")).toMatch(message);
    expect(report.jobs[0]?.verified).toBeUndefined();
  }
  const marks = await marksOf(arena);
  expect([marks["backurne.suspect"], marks["backurne.verified"]]).toEqual([undefined, undefined]);
  expect((await countSides(arena, "disk")).backup).toBe(rows.length);

  await set();
  expect(await verify(arena, "full", { image: "disk" })).toMatchObject({ exit: 3, first: { outcome: "not shared" } });
  expect(await verify(arena, "full")).toMatchObject({ exit: 0, first: { outcome: "not shared" } });
});

test("each stage of check-snap that fails is a failure", async () => {
  const arena = await openVerifying();
  const { env, set, struck } = await openFaults();
  await arena.createImage("disk", 8 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup(), "full");
  for (const where of ["live", "backup"] as const) {
    await set({ where, when: "export --no-progress", does: '"$real" "$@"; exit 5' });
    await using backurne = await arena.open({ env });
    const { exit, images } = await backurne.verify({ manner: "hash" });
    expect(await struck()).toBe(1);
    expect({ exit, outcome: images[0]?.outcome }).toEqual({ exit: 3, outcome: "not verifiable" });
  }
  arena.settings = { ...arena.settings, hashBinary: "no-such-hash" };
  expect(await verify(arena, "hash")).toMatchObject({ exit: 3, first: { outcome: "not verifiable" } });
  arena.settings = { ...arena.settings, hashBinary: "sha256sum" };
  expect(await verify(arena, "hash")).toMatchObject({ exit: 0, first: { outcome: "same" } });
});
