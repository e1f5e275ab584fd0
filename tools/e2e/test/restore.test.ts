import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { PlainCluster } from "@backurne/model";
import { rbd } from "@backurne/sandbox";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openCommand } from "../src/cli.ts";
import { readMarks, setMark } from "../src/history.ts";
import { digest, makePool } from "../src/kept.ts";
import { backedUp, listImages, restore, shapeOf } from "../src/restoring.ts";

const TWO_POINTS = [{ maxOnLive: 0 }];
const CANARY = "backurne-restore-canary";

/** Two backups of a disk that is like no default. */
async function openDisk(arena: Arena, image = "disk"): Promise<void> {
  const data = `${arena.pool}-data`;
  await makePool(arena.sandbox.live, data);
  const striped = ["--object-size", "1M", "--stripe-unit", "64K", "--stripe-count", "4", `--data-pool=${data}`];
  await arena.createImage(image, 24 * MiB + 512, ...striped, "--image-feature", "layering,exclusive-lock");
  await arena.change(image, [write(0, 2 * MiB), write(9 * MiB, 64 * 1024)]);
  expect((await arena.backup()).report.exit).toBe(0);
  await arena.change(image, [write(MiB, MiB), { kind: "discard", offset: 9 * MiB, length: MiB }]);
  expect((await arena.backup({ force: true })).report.exit).toBe(0);
}

test("a disk comes back as it was: its bytes, its size, its shape; nothing else stands there", async () => {
  const arena = await openArena(TWO_POINTS);
  const { live } = arena.sandbox;
  const pool = `--pool=${arena.pool}`;
  await openDisk(arena);
  const before = await listImages(arena.sandbox.backup, pool);

  const planned = await restore(arena, { dryRun: true });
  expect(planned).toMatchObject({ outcome: "planned", reference: "alpha/disk", warnings: [] });
  expect(planned.bytes).toBeGreaterThan(2 * MiB);
  expect(await listImages(live, pool)).toEqual(["disk"]);

  const kinds: string[] = [];
  const done = await restore(arena, { watched: true, onEvent: ({ kind }) => kinds.push(kind) });
  expect(done).toMatchObject({ outcome: "restored", to: { cluster: "alpha", pool: arena.pool, image: "back" } });
  expect([...new Set(kinds)]).toEqual([
    "job-started",
    "transfer-started",
    "progress",
    "transfer-ended",
    "verifying",
    "renamed",
  ]);
  expect(await listImages(live, pool)).toEqual(["back", "disk"]);
  expect(await digest(live, { pool: arena.pool, image: "back" })).toBe(await backedUp(arena));
  expect(await shapeOf(live, pool, "--image=back")).toEqual(await shapeOf(live, pool, "--image=disk"));
  expect((await shapeOf(live, pool, "--image=back"))["data_pool"]).toBe(`${arena.pool}-data`);
  expect(await arena.liveSnapshots("back")).toEqual([]);
  expect((await rbd(live, ["image-meta", "list", pool, "--image=back", "--format", "json"])).trim()).toMatch(
    /^(\{\})?$/,
  );
  expect(await listImages(arena.sandbox.backup, pool)).toEqual(before);

  // The older one, by its name.
  const [first] = await arena.backupSnapshots("alpha;disk;None");
  await restore(arena, { snapshot: first!.name, to: `alpha/${arena.pool}/older` });
  const older = await digest(live, { pool: arena.pool, image: "older" });
  expect(older).toBe(await backedUp(arena, "disk", 0));
  expect(older).not.toBe(await backedUp(arena));

  // What was restored is a disk like any other, and the chain it came from goes on.
  const { report } = await arena.backup({ force: true });
  expect(report).toMatchObject({ exit: 0, totals: { full: 2, incremental: 1 } });
  await arena.assertHonest();
});

test("to another pool, into a namespace, into the backup cluster, under any name", async () => {
  const arena = await openArena(TWO_POINTS);
  const { live, backup } = arena.sandbox;
  const nasty = `it's "quoted" $(touch ${CANARY}) \`touch ${CANARY}\`; -x`;
  await openDisk(arena, nasty);
  const other = `${arena.pool}-other`;
  await Promise.all([makePool(live, other), makePool(backup, other)]);
  await rbd(live, ["namespace", "create", `--pool=${other}`, "--namespace=tenant 'a'"]);
  const bytes = await backedUp(arena, nasty);

  await restore(arena, { image: nasty, to: `alpha/${other}/${nasty}` });
  expect(await digest(live, { pool: other, image: nasty })).toBe(bytes);
  await restore(arena, { image: nasty, to: `alpha/${other}/tenant 'a'/${nasty}` });
  expect(await digest(live, { pool: other, namespace: "tenant 'a'", image: nasty })).toBe(bytes);
  expect(await listImages(live, `--pool=${other}`)).toEqual([nasty]);

  // That cluster has no pool for the data; the rest is as it was.
  const there = await restore(arena, { image: nasty, to: `backup/${other}/${nasty}` });
  expect(there.warnings).toEqual([expect.stringContaining(`${arena.pool}-data`)]);
  expect(await digest(backup, { pool: other, image: nasty })).toBe(bytes);
  const source = await shapeOf(live, `--pool=${arena.pool}`, `--image=${nasty}`);
  const features = (source["features"] as string[]).filter((feature) => feature !== "data-pool");
  expect(await shapeOf(backup, `--pool=${other}`, `--image=${nasty}`)).toEqual({
    ...source,
    features,
    data_pool: undefined,
  });
  const places = [process.cwd(), homedir(), "/", "/root", "/tmp"].map((directory) => join(directory, CANARY));
  expect(places.filter((place) => existsSync(place))).toEqual([]);
});

test.each(["compressed", "helper"])("behind zstd, and through a helper command: %s", async (way) => {
  const arena = await openArena(TWO_POINTS);
  const [cluster] = arena.settings.liveClusters as readonly [PlainCluster];
  const helper = { use: { cmd: "env", args: ["HELPED=yes"] } };
  const taken = way === "helper" ? { ...cluster, reach: { helper } } : { ...cluster, compression: true };
  arena.settings = { ...arena.settings, liveClusters: [taken] };
  await openDisk(arena);
  await restore(arena);
  expect(await digest(arena.sandbox.live, { pool: arena.pool, image: "back" })).toBe(await backedUp(arena));
});

test("of a chain that says nothing about its source, with the defaults of where it goes", async () => {
  const arena = await openArena();
  const pool = `--pool=${arena.pool}`;
  await arena.createImage("disk", 8 * MiB, "--object-size", "1M");
  await arena.change("disk", [write(0, MiB)]);
  await arena.backup();
  const image = "alpha;disk;None";
  const { base, source } = await readMarks(arena, image);
  const word = await arena.backupSide("image-meta", "get", pool, `--image=${image}`, "backurne.base");
  const live = JSON.parse(await arena.live("info", pool, "--image=disk", "--format", "json")) as { id: string };
  expect((JSON.parse(word) as { source: { id: string } }).source).toMatchObject({ image: "disk", id: live.id });
  expect(source?.shape).toMatchObject({ objectSize: MiB });
  await setMark(arena, image, "base", { ...base, source: { ...source, shape: undefined } });
  const done = await restore(arena);
  expect(done.warnings).toHaveLength(1);
  expect(await shapeOf(arena.sandbox.live, pool, "--image=back")).toMatchObject({ object_size: 4 * MiB });
  expect(await digest(arena.sandbox.live, { pool: arena.pool, image: "back" })).toBe(await backedUp(arena));
  // It is asked again, once, by the next transfer.
  await arena.backup({ force: true });
  expect((await readMarks(arena, image)).source).toEqual(source);
});

test("the command: what comes of it, what is refused, and its exit codes", async () => {
  const arena = await openArena();
  const backurne = await openCommand(arena);
  await arena.createImage("disk", 8 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expect((await backurne("backup")).code).toBe(0);
  const to = `alpha/${arena.pool}/back`;

  const dry = await backurne("restore", "disk", "latest", "--to", to, "--dry-run");
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing was written") });
  const done = await backurne("restore", "alpha/disk", `@${new Date().getUTCFullYear()}`, "--to", to, "--json");
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ version: 1, kind: "restoration", outcome: "restored" });
  const bytes = await digest(arena.sandbox.live, { pool: arena.pool, image: "back" });

  const rows: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
    [["disk", "latest", "--to", to], 4, /exists, and nothing is ever restored over an image/],
    [["disk", "latest", "--to", to, "--dry-run"], 4, /exists/],
    [["disk", "latest", "--to", `alpha/${arena.pool}/disk`], 4, /exists/],
    [["disk", "@1999", "--to", `${to}2`], 12, /no snapshot/],
    [["nowhere", "latest", "--to", `${to}2`], 12, /no image/],
    [["disk", "latest", "--to", "beta/rbd/x"], 2, /there is no cluster beta.*\n.*alpha, backup/],
    [["disk", "latest", "--to", "alpha/no-such-pool/x"], 2, /there is no pool no-such-pool/],
    [["disk", "latest", "--to", `alpha/${arena.pool}/no-such-namespace/x`], 2, /no-such-namespace/],
    [["disk", "latest", "--to", "alpha/x"], 2, /no place/],
    [["disk", "latest", "--to", `backup/${arena.pool}/a;b;c`], 2, /taken for a backup/],
    [["disk", "latest", "--to", `backup/${arena.pool}/partial-x`], 2, /taken for a backup/],
  ];
  for (const [words, code, says] of rows) {
    const ran = await backurne("restore", ...words);
    expect([words, ran.code]).toEqual([words, code]);
    expect(ran.stderr).toMatch(says);
  }
  expect(await digest(arena.sandbox.live, { pool: arena.pool, image: "back" })).toBe(bytes);
  expect(await listImages(arena.sandbox.live, `--pool=${arena.pool}`)).toEqual(["back", "disk"]);
  expect(await arena.backupImages()).toEqual(["alpha;disk;None"]);
});
