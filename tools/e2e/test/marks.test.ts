import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";
import { countSides } from "../src/sides.ts";

test("a mark that somebody changed by hand stops its own chain, and no other", async () => {
  const arena = await openArena();
  const mark = (value: string): Promise<string> =>
    arena.backupSide("image-meta", "set", `--pool=${arena.pool}`, "--image=alpha;one;None", "backurne.base", value);
  for (const image of ["one", "two"]) {
    await arena.createImage(image, 16 * MiB);
    await arena.change(image, [write(0, MiB)]);
  }
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { full: 2 } });
  const at = ["image-meta", "get", `--pool=${arena.pool}`, "--image=alpha;one;None", "backurne.base"];
  const honest = (await arena.backupSide(...at)).trim();

  for (const [index, value] of [`{"name":"x"}`, "{"].entries()) {
    await mark(value);
    // A snapshot more, so that the run does not believe its copy of the marks.
    await arena.backupSide(
      "snap",
      "create",
      "--no-progress",
      `--pool=${arena.pool}`,
      "--image=alpha;one;None",
      `--snap=manual${index}`,
    );
    const { report } = await arena.backup({ force: true });
    expect(report).toMatchObject({ exit: 3, totals: { done: 1, incremental: 1, full: 0 } });
    expect(report.jobs.map(({ subject }) => subject.disk)).toEqual(["two"]);
    expect(report.failures).toHaveLength(1);
    expect(JSON.stringify(report.failures)).toContain("alpha;one;None");
    expect(JSON.stringify(report.failures)).toMatch(/backurne.base is .*mend the mark/);
    expect(await countSides(arena, "one")).toMatchObject({ live: 1 });
  }

  await mark(honest);
  expect((await arena.backup({ force: true })).report).toMatchObject({ exit: 0, totals: { incremental: 2, full: 0 } });
  // Two of the backup side's are the manual ones.
  expect(await countSides(arena, "one")).toEqual({ live: 1, backup: 4 });
  expect(await countSides(arena, "two")).toEqual({ live: 1, backup: 4 });
  await arena.assertHonest();
});

test("a mark that changes between the look and the lease is found there", async () => {
  const arena = await openArena();
  await arena.createImage("one", 16 * MiB);
  await arena.change("one", [write(0, MiB)]);
  expect((await arena.backup()).report).toMatchObject({ exit: 0 });
  // The newest snapshot is the one the copy knows: only the chain's own marks say what is wrong.
  await arena.backupSide("image-meta", "set", `--pool=${arena.pool}`, "--image=alpha;one;None", "backurne.base", "[]");
  const { report } = await arena.backup({ force: true });
  expect(report).toMatchObject({ exit: 3, totals: { done: 0, failed: 1 } });
  expect(report.jobs[0]?.failure?.message).toContain("the mark backurne.base is []");
  expect(await countSides(arena, "one")).toEqual({ live: 1, backup: 1 });
});
