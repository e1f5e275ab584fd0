import { setImmediate } from "node:timers/promises";
import { BackurneError } from "@backurne/model";
import { dueProfile, formatInstant, judgeBackup, simulate, type Profile } from "@backurne/retention";
import { openGate } from "./gate.ts";

export interface Policy {
  readonly profiles: readonly Profile[];
  /** Epoch ms. */
  readonly now: number;
  readonly timezone: string;
  /** ms */
  readonly extraRetention: number;
  readonly state: "present" | "vanished";
}

interface Given {
  readonly profile: string;
  readonly time: string;
  /** As in the point's name; not said: as the policy says. */
  readonly count?: number | undefined;
  readonly held?: boolean | undefined;
}

/** What the policy says of each point of a history, in its order, and of each profile. */
export function judgeHistory(history: readonly Given[], policy: Policy) {
  const { profiles, now, timezone, extraRetention, state } = policy;
  const configured = new Map(profiles.map((profile) => [profile.name, profile]));
  const points = history.map(({ profile, time, count, held }, index) => ({
    profile,
    time: Date.parse(time),
    count: count ?? configured.get(profile)?.count ?? 1,
    held,
    index,
  }));
  const order = new Map(
    points.toSorted((a, b) => a.time - b.time || a.index - b.index).map(({ index }, at) => [index, at]),
  );
  const newest = [...order.keys()].at(-1);
  const verdicts = judgeBackup(points, {
    point: (point) => point,
    order: (point) => order.get(point.index) ?? 0,
    shared: (point) => state === "present" && point.index === newest,
    intervals: (name) => configured.get(name)?.interval,
    configured,
    state,
    now,
    extraRetention,
    timezone,
  });
  return {
    verdicts: verdicts.map(({ snapshot: { profile, time, count }, keep, because, ordinary }) => ({
      profile,
      time: formatInstant(time),
      count,
      keep,
      because,
      ...(ordinary !== undefined && { ordinary }),
    })),
    due: profiles.map((profile) => {
      const { due, because, next } = dueProfile(profile, points, { now, timezone });
      return { profile: profile.name, due, because, next: formatInstant(next) };
    }),
  };
}

const DAY = 86_400_000;
/** So many runs, and no more: a minute of somebody's patience. */
const RUNS = 20_000;
/** ms of computing, and ms at a time: others want to be answered meanwhile. */
const BUDGET = 10_000;
const TURN = 20;
/** How many moments are told of. */
const SHOWN = 500;

/** One at a time: what it does not take is for those who answer, and renew leases, meanwhile. */
const turns = openGate({ atOnce: 1, waiting: 16 });

/** Plays the policy from now on, one run every so often; `every` in ms, by default the shortest interval, at least an hour. */
export function play(policy: Policy, span: Span) {
  return turns(() => playOut(policy, span));
}

interface Span {
  readonly days: number;
  readonly every?: number | undefined;
}

async function playOut(policy: Policy, { days, every }: Span) {
  const { profiles, now, timezone, extraRetention } = policy;
  const step = every ?? Math.max(DAY / 24, Math.min(DAY, ...profiles.map(({ interval }) => interval)));
  const total = Math.floor((days * DAY) / step);
  if (total > RUNS) {
    throw new BackurneError("usage", `${total} runs are too many to play: at most ${RUNS}`, {
      hint: "fewer days, or a longer `every`",
    });
  }
  const runs = Array.from({ length: total }, (_, index) => now + index * step);
  const standing: { readonly at: string; readonly points: Readonly<Record<string, number>> }[] = [];
  let most = 0;
  let left: readonly { readonly profile: string; readonly time: number }[] = [];
  let spent = 0;
  let since = performance.now();
  for (const { now: at, points } of simulate({ profiles, runs, timezone, extraRetention })) {
    most = Math.max(most, points.length);
    left = points;
    if (Math.round((at - now) / step) % Math.ceil(total / SHOWN) === 0) {
      standing.push({ at: new Date(at).toISOString(), points: countByProfile(profiles, points) });
    }
    const used = performance.now() - since;
    if (used < TURN) continue;
    spent += used;
    if (spent > BUDGET) {
      throw new BackurneError("usage", "this takes too long to play", {
        hint: "fewer days, a longer `every`, or smaller counts",
      });
    }
    await setImmediate();
    since = performance.now();
  }
  const shown = left.map(({ profile, time }) => ({ profile, time: new Date(time).toISOString() }));
  return { runs: total, most, standing, left: shown };
}

function countByProfile(profiles: readonly Profile[], points: readonly { readonly profile: string }[]) {
  const count = new Map(profiles.map(({ name }) => [name, 0]));
  for (const { profile } of points) count.set(profile, (count.get(profile) ?? 0) + 1);
  return Object.fromEntries(count);
}
