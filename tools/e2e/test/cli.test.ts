import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";
import { openCommand } from "../src/cli.ts";

test("an operator's first day: check, plan, backup, look, explain", async () => {
  const arena = await openArena();
  const backurne = await openCommand(arena);
  await arena.createImage("web01", 16 * MiB);
  await arena.createImage("web02", 16 * MiB);
  await arena.createImage("scratch-1", 16 * MiB);
  await arena.change("web01", [write(0, 2 * MiB)]);

  expect(await backurne("config", "check")).toMatchObject({ code: 0 });

  const plan = JSON.parse((await backurne("plan", "--json")).stdout);
  expect(plan).toMatchObject({ version: 1, kind: "plan" });
  expect(plan.jobs).toHaveLength(2);
  expect(plan.skipped[0]).toMatchObject({ do: "skip", because: expect.stringContaining("backurne.yaml:13") });
  // A plan changes nothing anywhere.
  expect(await arena.backupImages()).toEqual([]);
  expect(await arena.liveSnapshots("web01")).toEqual([]);
  expect((await backurne("backup", "--dry-run")).stdout).toContain("web01");
  expect(await arena.backupImages()).toEqual([]);

  const ran = await backurne("backup", "--json");
  expect(ran.code).toBe(0);
  const events = ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string });
  expect(events[0]?.kind).toBe("plan");
  expect(events.at(-1)).toMatchObject({ kind: "report", exit: 0, totals: { done: 2, full: 2 } });
  expect(await arena.liveSnapshots("web01")).toHaveLength(1);
  expect(await arena.backupSnapshots("alpha;web01;None")).toHaveLength(2);
  await arena.assertHonest();

  const images = JSON.parse((await backurne("ls", "--json")).stdout);
  expect(images.map((image: { uuid: string }) => image.uuid)).toEqual(["alpha;web01;None", "alpha;web02;None"]);
  const points = JSON.parse((await backurne("ls", "alpha/web01", "--json")).stdout);
  expect(points).toHaveLength(2);
  expect(points[0]).toMatchObject({ uuid: expect.stringMatching(/^backup;/), creation: expect.any(String) });
  expect((await backurne("explain", "web01")).stdout).toContain("base of next transfer");
  expect(JSON.parse((await backurne("stats", "--json")).stdout)).toMatchObject({ version: 1 });

  // Nothing is due any more, and saying so is no failure.
  expect(await backurne("backup")).toMatchObject({ code: 0 });
});

test("what is asked wrongly is answered with one line, a hint, and its exit code", async () => {
  const arena = await openArena();
  const backurne = await openCommand(arena);
  await arena.createImage("web01", MiB);
  await arena.createImage("web02", MiB);
  expect((await backurne("backup")).code).toBe(0);

  const ambiguous = await backurne("ls", "web0");
  expect(ambiguous.code).toBe(2);
  expect(ambiguous.stderr).toContain("alpha/web01");
  expect(ambiguous.stderr).toContain("alpha/web02");
  expect((await backurne("ls", "nowhere")).code).toBe(12);
  expect((await backurne("explain", "nowhere")).code).toBe(12);
  expect((await backurne("backup", "--cluster", "beta")).code).toBe(2);
  expect((await backurne("backup", "--profile", "yearly")).code).toBe(2);
  expect((await backurne("backup", "--no-such-option")).code).toBe(2);

  const wrong = await openCommand(arena, "no_such_key: 1\n");
  const refused = await wrong("backup");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/backurne\.yaml:\d+:\d+: no_such_key/);
});

test("filters restrict what is backed up, and the backup side's expiry waits for a run without one", async () => {
  const arena = await openArena();
  const backurne = await openCommand(arena);
  await arena.createImage("web01", MiB);
  const hourly = await backurne("backup", "--profile", "hourly", "--json");
  expect(hourly.code).toBe(0);
  const names = (await arena.backupSnapshots("alpha;web01;None")).map((snapshot) => snapshot.name.split(";")[1]);
  expect(names).toEqual(["hourly"]);
  expect((await backurne("backup", "--cluster", "alpha")).code).toBe(0);
  expect(await arena.backupSnapshots("alpha;web01;None")).toHaveLength(2);
  await arena.assertHonest();
});
