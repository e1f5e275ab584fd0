import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobReport } from "@backurne/model";
import { expect, test } from "vitest";
import { openArena, type Arena } from "../src/arena.ts";
import { compareAll, imageOf, openBook, type Book } from "../src/books.ts";
import { openFaults, type Fault, type Faults } from "../src/faults.ts";
import { liveThrough } from "../src/live-through.ts";
import { passRecords } from "@backurne/faults";
import { findNaiveFailure } from "../src/naive.ts";
import { targetOf } from "../src/sides.ts";
import { dice, LARGEST, OBJECT, tellStory, type Abort, type Round } from "../src/story.ts";

// FUZZ_SEEDS=7,8 FUZZ_ROUNDS=500 for other stories, or more of them. A seed's story does not depend on the other seeds.
const SEEDS = (process.env["FUZZ_SEEDS"] ?? "1,2,3,4,5,6,7,8").split(",").map(Number);
const ROUNDS = Number(process.env["FUZZ_ROUNDS"] ?? 26);
/** Beside the newest shared one. */
const KEPT_ON_LIVE = 2;
/** Every run is a second after the last one at least, so that every profile is due. */
const PROFILE = { interval: 1000, count: 3, maxOnLive: KEPT_ON_LIVE };
/** Due at the same moments, so that each of its points is a twin, unless a story tore them apart. */
const TWIN = { name: "twin", interval: 1000, count: 2, default: false };
/** Which seeds have twins: one of four, since each name is one more to be compared every round. */
const TWINNED = SEEDS.filter((_, at) => at % 4 === 0);

/** Milliseconds; a round takes a few seconds on a quiet machine. */
const PATIENCE = 120_000 * ROUNDS;

test(
  `${ROUNDS} rounds of seeds ${SEEDS.join(",")}: every backup is its source, and stays what it was`,
  { timeout: PATIENCE },
  async () => {
    const arena = await openArena([PROFILE, TWIN]);
    arena.settings = withTwins(arena.settings);
    const faults = await openFaults();
    const books = SEEDS.map(openBook);
    await Promise.all(books.map(({ image }) => createImage(arena, image)));
    const tally = { transfers: 0, aborted: 0, interrupted: 0 };

    for (let number = 1; number <= ROUNDS + 1; number += 1) {
      const quiet = number > ROUNDS;
      const rounds = books.map(({ story }) => story.next().value);
      await Promise.all(books.map(({ image }, at) => liveThrough(arena, image, rounds[at] as Round)));
      await stage(faults, books, quiet ? [] : rounds);
      const stop = quiet ? undefined : interruption(number);
      await using backurne = await arena.open(faults);
      const report = await backurne.backup({ force: true, ...stop });
      const context = `round ${number} of seeds ${SEEDS.join(",")}: ${JSON.stringify(report)}`;
      if (stop) expect([0, 3, 130], context).toContain(report.exit);
      else expectJobs(report.jobs, quiet ? [] : rounds, { books, context });
      await compareAll(arena, books, `round ${number}`);
      tally.transfers += report.totals.full + report.totals.incremental;
      tally.aborted += report.totals.failed;
      tally.interrupted += Number(report.exit === 130);
      if (quiet) expect(report, context).toMatchObject({ exit: 0, totals: { done: books.length, failed: 0 } });
    }

    // The stories were told: enough arrived, enough did not.
    const told = ROUNDS * books.length;
    expect(tally.transfers).toBeGreaterThan(told / 3);
    expect(tally.aborted).toBeGreaterThan(told / 8);
    console.log(`fuzz: seeds ${SEEDS.join(",")}, ${told} rounds, ${JSON.stringify(tally)}`);
    const images = await arena.backupImages();
    expect(images.filter((image) => image.startsWith("partial-"))).toEqual([]);
    for (const { image } of books) {
      const ours = (await arena.liveSnapshots(image)).filter(({ name }) => name.startsWith("backup;"));
      expect(ours.length, image).toBeLessThanOrEqual(KEPT_ON_LIVE + 1);
      expect(ours.length, image).toBeGreaterThan(0);
      const twins = (await arena.backupSnapshots(targetOf(image))).filter(({ name }) => name.includes(";twin;"));
      expect(twins.length, image).toBeGreaterThanOrEqual(TWINNED.some((seed) => imageOf(seed) === image) ? 2 : 0);
      const standing = new Set((await arena.backupSnapshots(targetOf(image))).map(({ name }) => name));
      expect(ours.filter(({ name }) => !standing.has(name))).toEqual([]);
    }
  },
);

test("a naive receiver fails the same seeds", { timeout: PATIENCE }, async () => {
  const arena = await openArena([PROFILE]);
  const failed = await Promise.all(
    SEEDS.map(async (seed) => {
      const image = imageOf(seed);
      await createImage(arena, image);
      return { seed, round: await findNaiveFailure(arena, image, take(tellStory(seed), ROUNDS)) };
    }),
  );
  console.log(`fuzz: the naive receiver is wrong first in ${JSON.stringify(failed)}`);
  expect(failed.filter(({ round }) => round === undefined)).toEqual([]);
});

async function createImage(arena: Arena, image: string): Promise<void> {
  await arena.createImage(image, LARGEST, "--object-size", `${OBJECT}B`);
}

function withTwins(settings: Arena["settings"]): Arena["settings"] {
  const rules = TWINNED.map((seed) => {
    const profiles = ["daily", TWIN.name];
    return { path: "alpha.rules", match: { name: imageOf(seed) }, effect: "set" as const, profiles };
  });
  return { ...settings, liveClusters: settings.liveClusters.map((one) => ({ ...one, rules })) };
}

/** Arranges for this round's aborts. */
async function stage(faults: Faults, books: readonly Book[], rounds: readonly Round[]): Promise<void> {
  await rm(join(faults.dir, "dead"), { recursive: true, force: true });
  await faults.set(...rounds.flatMap(({ abort }, at) => (abort ? faultsOf(abort, books[at]!.image) : [])));
}

function faultsOf(abort: Abort, image: string): readonly Fault[] {
  const live = { where: "live", when: `export-diff .*--image=${image} ` } as const;
  const backup = { where: "backup", when: `import-diff .*--image=${targetOf(image)} ` } as const;
  const dead = `"$dir/dead/${image}"`;
  const fails = `[ ! -e ${dead} ] || exit 5; exec "$real" "$@"`;
  switch (abort.kind) {
    case "cut":
      return [{ ...live, does: `"$real" "$@" | head -c ${abort.at}; exit ${abort.exit}` }];
    case "one byte behind a record":
      return [{ ...live, does: `"$real" "$@" | ${passRecords(abort.record, 1)}; exit 0` }];
    case "without its end":
      return [{ ...live, does: '"$real" "$@" | head -c -1; exit 0' }];
    case "after the commit":
      return [{ ...backup, does: '"$real" "$@"; exit 1' }];
    // From here on nothing that concerns this image succeeds: as if the tool had died here, but without its lease.
    case "dead after the commit":
      return [
        { ...backup, does: `"$real" "$@"; mkdir -p "$dir/dead"; : >${dead}; exit 1` },
        { where: "backup", when: `--image=${targetOf(image)}( |$)`, does: fails },
        { where: "live", when: `--image=${image}( |$)`, does: fails },
      ];
  }
}

/** Every fifth run is interrupted at some event. */
function interruption(round: number): { signal: AbortSignal; onEvent(): void } | undefined {
  if (round % 5 !== 0) return undefined;
  const stop = new AbortController();
  let left = Math.floor(dice(round)() * 8 * SEEDS.length);
  return { signal: stop.signal, onEvent: () => (left -= 1) < 0 && stop.abort("fuzz") };
}

/** Who was left in peace, succeeded. The expiry of a chain that a story closed, by losing all that is shared, is a job too. */
function expectJobs(
  all: readonly JobReport[],
  rounds: readonly Round[],
  { books, context }: { books: readonly Book[]; context: string },
): void {
  const jobs = all.filter(({ subject }) => !subject.image.startsWith("closed-"));
  expect(jobs.map(({ subject }) => subject.disk).toSorted(), context).toEqual(
    books.map(({ image }) => image).toSorted(),
  );
  for (const job of jobs) {
    const at = books.findIndex(({ image }) => image === job.subject.disk);
    if (!rounds[at]?.abort) expect(job.outcome, context).toBe("done");
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if ((left -= 1) < 0) return;
    yield item;
  }
}
