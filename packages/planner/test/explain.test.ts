import { expect, test } from "vitest";
import { candidatesOf, explainDisk, type PlanInput } from "../src/index.ts";
import { factsOf, recordSightings, runOnce } from "./run.ts";
import {
  changeCopy,
  changeImage,
  day,
  hour,
  plain,
  profile,
  removeImage,
  snap,
  start,
  worldOf,
  type World,
} from "./world.ts";

const key = { ident: "alpha", disk: "one" };

function explain(input: PlanInput, image = "alpha;one;None") {
  const candidate = candidatesOf(input).find(({ input: { subject } }) => subject.image === image);
  if (!candidate) throw new Error(`no ${image}`);
  return explainDisk(candidate);
}

function afterNights(nights: number): World {
  let world = worldOf(plain("alpha", [profile("daily", 2, { maxOnLive: 1 })]), "one", "two");
  for (let night = 0; night < nights; night += 1) world = runOnce(world, start + night * day).world;
  return world;
}

test("why each snapshot of a disk stays or goes, on both sides", () => {
  const littered = changeImage(afterNights(4), key, (one) => ({
    ...one,
    snapshots: [...one.snapshots, snap(900, "pve-before-upgrade")],
  }));
  const [first] = littered.pool[0]?.snapshots ?? [];
  const held = changeCopy(littered, "alpha;one;None", (copy) => ({
    ...copy,
    snapshots: copy.snapshots,
    marks: { ...copy.marks, holds: { [first?.name ?? ""]: "audit" } },
  }));
  const told = explain(factsOf(held, start + 3 * day + 2 * hour));
  expect(told).toMatchObject({
    version: 1,
    kind: "explanation",
    reference: "alpha/one",
    image: "alpha;one;None",
    state: "present",
    from: "profiles",
    policy: [{ profile: "daily", count: 2, maxOnLive: 1 }],
    next: [
      { profile: "daily", at: "2026-11-06T00:00:00.000Z", because: "daily next 2026-11-06 01:00, newest good 02:00" },
    ],
    refused: [],
    // Somebody holds a point: nobody can say when the last copy would go.
    lastCopyUntil: undefined,
  });
  const lines = told.snapshots.map(
    (one) => `${one.side} ${one.verdict} ${one.time?.slice(0, 10)} ${one.profile}: ${one.because}`,
  );
  expect(lines).toEqual([
    "backup keep 2026-11-03 daily: hold without end (audit)",
    "backup keep 2026-11-04 daily: 2nd good daily; name says 2; not older than 48 h; shared with live",
    "backup keep 2026-11-05 daily: newest shared: base of next transfer",
    "live keep 2026-11-04 daily: extra daily 1; max_on_live 1",
    "live keep 2026-11-05 daily: newest shared: base of next transfer",
    "live ignore undefined undefined: not ours",
  ]);
});

test("until when the last copy would be kept", () => {
  const told = explain(factsOf(afterNights(4), start + 3 * day + 2 * hour));
  // Two days for itself, thirty for being the last.
  expect(told.lastCopyUntil).toBe(new Date(start + 3 * day + 2 * day + 30 * day).toISOString());
});

test("what would go, and what the brakes refuse", () => {
  const stray = Array.from({ length: 5 }, (_, index) =>
    snap(900 + index, `backup;daily;2;2026-11-05T0${index}:30:00.000Z`),
  );
  const littered = changeImage(afterNights(4), key, (one) => ({ ...one, snapshots: [...one.snapshots, ...stray] }));
  const input = factsOf(littered, start + 3 * day + 8 * hour);
  const known = { ...input, pool: { ...input.pool, intended: () => true } };
  expect(explain(input).refused).toEqual([]);
  expect(explain(known).refused).toEqual(["5 of 10 for other reasons than time"]);
  const verdicts = (facts: PlanInput) =>
    explain(facts)
      .snapshots.slice(-5)
      .map((one) => `${one.verdict}: ${one.because}`);
  expect(new Set(verdicts(input))).toEqual(new Set(["keep: not known here: may be another installation's"]));
  expect(new Set(verdicts(known))).toEqual(new Set(["remove: leftover: recorded here, but not shared"]));
});

test("a source that is gone", () => {
  let world = removeImage(afterNights(4), "alpha", "one");
  for (let night = 4; night < 7; night += 1) world = recordSightings(world, start + night * day);
  const told = explain(factsOf(world, start + 7 * day));
  expect(told).toMatchObject({ state: "vanished", from: "not on alpha since 2026-11-06", next: [] });
  expect(told.snapshots.map((one) => `${one.verdict} ${one.because}`)).toEqual([
    "remove vanished; daily older than 48 h",
    "remove vanished; daily older than 48 h",
    "keep vanished; last copy, kept until 2026-12-07",
  ]);
});
