import { expect, test } from "vitest";
import { DAY, MiB, openArena, write } from "../src/arena.ts";
import { daily, makeHistory } from "../src/history.ts";

const TARGET = "alpha;disk;None";

test.each([
  ["40 days ahead", 40 * DAY, "ahead of"],
  ["40 days behind", -40 * DAY, "behind"],
  ["two minutes ahead", 120_000, "ahead of"],
])("with a clock %s nothing is taken and nothing is removed", async (_, ahead, word) => {
  const arena = await openArena([{ count: 1 }]);
  await makeHistory(arena, "disk", daily(4, { count: 1, newest: 2 }));
  await arena.change("disk", [write(4 * MiB, MiB)]);
  const before = [await arena.liveSnapshots("disk"), await arena.backupSnapshots(TARGET)];
  arena.ahead = ahead;
  for (const options of [{}, { force: true }]) {
    const { report, events } = await arena.backup(options);
    expect(report).toMatchObject({
      exit: 4,
      jobs: [],
      failures: [],
      totals: { done: 0, removedLive: 0, removedBackup: 0 },
    });
    expect(report.refused.map((refusal) => refusal.because)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^this host's clock is \\d+ s ${word} the backup cluster's: nothing is taken and nothing is removed$`,
        ),
      ),
    ]);
    expect(events.map((event) => event.kind)).toEqual(["run-started", "refused", "run-ended"]);
  }
  expect([await arena.liveSnapshots("disk"), await arena.backupSnapshots(TARGET)]).toEqual(before);
  expect(before.map((side) => side.length)).toEqual([1, 4]);
  await arena.assertHonest();

  // The same run with a clock that is only a little wrong: it was really the clock that kept it from working.
  arena.ahead = 20_000 * Math.sign(ahead);
  expect((await arena.backup()).report).toMatchObject({
    exit: 0,
    totals: { done: 1, removedBackup: 4, removedLive: 1 },
  });
  await arena.assertHonest();
});
