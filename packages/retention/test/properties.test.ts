import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { judgeBackup, judgeLive, lastCopyEnds } from "../src/index.ts";
import type { BackupPolicy, LivePolicy } from "../src/index.ts";
import { broken, byName, day, hour, kept, now, policy, profile, removed } from "./chains.ts";
import type { Snap } from "./chains.ts";

// FC_SEED repeats a failure, FC_RUNS looks longer.
const { FC_SEED, FC_RUNS } = process.env;
vi.setConfig({ testTimeout: 120_000 });
fc.configureGlobal({ numRuns: Number(FC_RUNS ?? 500), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) });

/** Ages in hours, few of them, so that twins and equal ages are common. */
const age = fc.oneof(fc.integer({ min: -48, max: 72 }), fc.integer({ min: 0, max: 24 * 120 })).map((n) => n * hour);
const name = fc.constantFrom("hourly", "daily", "weekly");

/** Of no profile of these tests, and none longer than the longest of them. */
const interval = fc.option(
  fc.integer({ min: 1, max: 24 * 7 }).map((hours) => hours * hour),
  { nil: undefined },
);

const point = fc.record({
  profile: name,
  count: fc.integer({ min: 0, max: 6 }),
  time: age.map((ms) => now - ms),
  good: fc.boolean(),
  interval,
  recounted: fc.option(
    fc.record({
      named: fc.integer({ min: 0, max: 6 }),
      interval,
      at: age.map((ms) => now - ms),
    }),
    { nil: undefined },
  ),
});

/** Ours, with known intervals, held by nobody: all that can fade. */
const fading = chainOf(fc.record({ point, shared: fc.boolean() }));

/** Everything that can stand on an image. */
const anything = chainOf(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ point, shared: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ point: point.map((one) => ({ ...one, profile: "gone" })) }) },
    { weight: 1, arbitrary: fc.record({ point: point.map((one) => ({ ...one, held: true })) }) },
    { weight: 1, arbitrary: fc.constant({ point: undefined }) },
  ),
);

const state = fc.constantFrom("present", "vanished", "unlistable", "excluded", "switched off", "unconfigured");
const policies: fc.Arbitrary<BackupPolicy<Snap>> = fc
  .record({ state, extraRetention: age.map(Math.abs), count: fc.integer({ min: 1, max: 9 }) })
  .map(({ count, ...more }) => policy({ ...more, configured: byName(profile("daily", count)) }));

/** Ids say nothing about times: clocks go wrong. */
function chainOf(snap: fc.Arbitrary<Omit<Snap, "id">>): fc.Arbitrary<readonly Snap[]> {
  return fc.array(snap, { maxLength: 25 }).map((snaps) => snaps.map((one, index) => ({ ...one, id: index + 1 })));
}

/** The ids, in any order. */
const shuffled = (snaps: readonly Snap[]) =>
  fc.shuffledSubarray([...snaps], { minLength: snaps.length, maxLength: snaps.length });
const ids = (snaps: readonly Snap[]): readonly number[] => snaps.map((snap) => snap.id).sort((a, b) => a - b);

test("what holds on every row of the tables holds on any chain", () => {
  fc.assert(
    fc.property(anything, policies, (snaps, asked) => {
      expect(broken(snaps, judgeBackup(snaps, asked), asked)).toEqual([]);
    }),
  );
});

test("the order of the input does not matter", () => {
  const both = anything.chain((snaps) => fc.tuple(fc.constant(snaps), shuffled(snaps)));
  fc.assert(
    fc.property(both, policies, ([snaps, mixed], asked) => {
      const reasons = new Map(judgeBackup(snaps, asked).map((verdict) => [verdict.snapshot, verdict]));
      for (const verdict of judgeBackup(mixed, asked)) expect(verdict).toEqual(reasons.get(verdict.snapshot));
    }),
  );
});

test("with all removals carried out, nothing is left to remove", () => {
  fc.assert(
    fc.property(anything, policies, (snaps, asked) => {
      const rest = kept(judgeBackup(snaps, asked));
      expect(removed(judgeBackup(rest, asked))).toEqual([]);
    }),
  );
});

test("with some of them carried out, exactly the others are left", () => {
  const some = fc.array(fc.boolean(), { minLength: 25, maxLength: 25 });
  fc.assert(
    fc.property(anything, policies, some, (snaps, asked, done) => {
      const verdicts = judgeBackup(snaps, asked);
      // The last copy goes with its whole image, in one step.
      fc.pre(!verdicts.some((verdict) => verdict.last));
      const interrupted = verdicts.filter((verdict, i) => verdict.keep || !done[i]).map(({ snapshot }) => snapshot);
      expect(ids(kept(judgeBackup(interrupted, asked)))).toEqual(ids(kept(verdicts)));
    }),
  );
});

test("an ordinary removal leaves as many newer good ones as name and configuration want, and is of its time", () => {
  fc.assert(
    fc.property(anything, policies, (snaps, asked) => {
      fc.pre(asked.state === "present");
      const verdicts = judgeBackup(snaps, asked);
      for (const { snapshot, ordinary } of removed(verdicts)) {
        const newer = kept(verdicts).filter(
          (other) =>
            other.id > snapshot.id && other.point?.good !== false && other.point?.profile === snapshot.point?.profile,
        );
        const configured = asked.configured.get(snapshot.point?.profile ?? "")?.count ?? 0;
        const { count = 0, recounted, time = 0, profile: of = "" } = snapshot.point ?? {};
        const each = snapshot.point?.interval ?? asked.intervals(of) ?? 0;
        const overtaken = recounted !== undefined && time + count * each < recounted.at;
        const named = overtaken ? recounted.named : 0;
        const before = recounted?.interval ?? each;
        expect(ordinary).toBe(newer.length >= Math.max(count, named, configured) && asked.now > time + named * before);
      }
    }),
  );
});

test("a vanished source goes entirely in the end, point by point, and the last good moment last", () => {
  fc.assert(
    fc.property(fading, age.map(Math.abs), (snaps, extraRetention) => {
      fc.pre(snaps.length > 0);
      const asked = policy({ state: "vanished", extraRetention });
      const ends = lastCopyEnds(snaps, asked);
      const newest = snaps.findLast((snap) => snap.point?.good) ?? snaps.at(-1);
      let standing = snaps;
      let trashedAt: number | undefined;
      // No point lives longer than 6 weeks, less than 120 days old or up to 2 days ahead, plus 120 days extra.
      for (let time = now; standing.length > 0; time += 6 * hour) {
        expect(time).toBeLessThan(now + 200 * day);
        const verdicts = judgeBackup(standing, { ...asked, now: time });
        const last = removed(verdicts).filter((verdict) => verdict.last);
        standing = kept(verdicts);
        if (standing.length > 0) expect(standing).toContain(newest);
        if (last.length > 0) trashedAt = time;
        for (const { snapshot } of last) expect(snapshot.point?.time).toBe(newest?.point?.time);
      }
      expect(trashedAt).toBeDefined();
      expect(trashedAt ?? 0).toBeGreaterThan(ends ?? Infinity);
      expect(Math.max(ends ?? 0, now - 1) + 6 * hour).toBeGreaterThanOrEqual(trashedAt ?? Infinity);
    }),
    { numRuns: Math.min(Number(FC_RUNS ?? 100), 2000) },
  );
});

test("of a vanished source, time only ever removes more", () => {
  fc.assert(
    fc.property(anything, age.map(Math.abs), (snaps, later) => {
      const asked = policy({ state: "vanished" });
      const goneBy = (time: number) => removed(judgeBackup(snaps, { ...asked, now: time })).map((one) => one.snapshot);
      const after = new Set(goneBy(now + later));
      expect(goneBy(now).every((snap) => after.has(snap))).toBe(true);
    }),
  );
});

test("what the configuration says of counts removes nothing and saves nothing", () => {
  fc.assert(
    fc.property(anything, policies, (snaps, asked) => {
      const without = judgeBackup(snaps, { ...asked, configured: new Map() });
      expect(ids(kept(without))).toEqual(ids(kept(judgeBackup(snaps, asked))));
    }),
  );
});

const liveSnap = fc.record({
  profiles: fc.option(fc.uniqueArray(fc.constantFrom("hourly", "daily", "gone"), { minLength: 1 }), { nil: undefined }),
  shared: fc.boolean(),
  recorded: fc.boolean(),
});
type LiveSnap = { readonly id: number } & (typeof liveSnap extends fc.Arbitrary<infer T> ? T : never);
const live = fc
  .array(liveSnap, { maxLength: 20 })
  .map((snaps): readonly LiveSnap[] => snaps.map((one, id) => ({ ...one, id })));
const limits = fc.tuple(fc.nat(4), fc.nat(4));

test("the live side: any snapshots, any limits", () => {
  const mixed = live.chain((snaps) =>
    fc.tuple(fc.constant(snaps), fc.shuffledSubarray([...snaps], { minLength: snaps.length })),
  );
  fc.assert(
    fc.property(mixed, limits, state, fc.boolean(), ([snaps, shuffle], [hourly, daily], source, transferring) => {
      const asked: LivePolicy<LiveSnap> = {
        profiles: (snap) => snap.profiles,
        order: (snap) => snap.id,
        shared: (snap) => snap.shared,
        known: (snap) => snap.shared || snap.recorded,
        configured: byName(profile("hourly", 9, { maxOnLive: hourly }), profile("daily", 9, { maxOnLive: daily })),
        state: source,
        transferring,
      };
      const verdicts = judgeLive(snaps, asked);
      const stay = kept(verdicts);
      const gone = removed(verdicts).map(({ snapshot }) => snapshot);
      expect(verdicts.map(({ snapshot }) => snapshot)).toEqual(snaps);
      expect(
        kept(judgeLive(shuffle, asked))
          .map(({ id }) => id)
          .sort(),
      ).toEqual(stay.map(({ id }) => id).sort());
      expect(removed(judgeLive(stay, asked))).toEqual([]);
      expect(gone.every((snap) => snap.profiles !== undefined && asked.known(snap))).toBe(true);
      if (source !== "present") expect(gone).toEqual([]);
      const shared = snaps.filter((snap) => snap.profiles !== undefined && snap.shared);
      const base = shared.at(-1);
      if (base) expect(stay).toContain(base);
      if (transferring) expect(gone.every((snap) => snap.id < (base?.id ?? -1))).toBe(true);
      for (const [profileName, limit] of [
        ["hourly", hourly],
        ["daily", daily],
      ] as const) {
        const mine = shared.filter((snap) => snap !== base && snap.profiles?.includes(profileName));
        const wanted = mine.slice(Math.max(0, mine.length - limit));
        for (const snap of wanted) expect(stay).toContain(snap);
      }
    }),
  );
});
