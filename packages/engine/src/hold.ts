import {
  BackurneError,
  holdKey,
  holdOfChain,
  markKey,
  shortName,
  type Alarm,
  type Hold,
  type HoldReport,
  type Marks,
  type Moved,
  type Released,
  type ReleaseReport,
} from "@backurne/model";
import { untoldOf, type ChainFacts } from "@backurne/planner";
import type { House } from "./house.ts";
import { onChain, type OpenChain } from "./on-chain.ts";
import { findPoint } from "./reference.ts";

export interface HoldRequest {
  readonly image: string;
  /** Nothing: the whole chain, with the points that are still to come. */
  readonly snapshot?: string | undefined;
  /** Epoch ms; nothing: without end. */
  readonly until?: number | undefined;
  readonly reason?: string | undefined;
}

export interface ReleaseRequest {
  readonly image: string;
  /** Nothing: what holds the whole image, a change alarm included. */
  readonly snapshot?: string | undefined;
  /** The holds on single points, too. */
  readonly all?: boolean | undefined;
}

/** From now on no policy expires it. */
export async function holdImage(house: House, { image, snapshot, until, reason }: HoldRequest): Promise<HoldReport> {
  const now = house.now();
  if (until !== undefined && until <= now) {
    throw new BackurneError("usage", `a hold until ${new Date(until).toISOString()} would be over already`);
  }
  const hold: Hold = {
    ...(until !== undefined && { until: new Date(until).toISOString() }),
    ...(reason !== undefined && { reason }),
    since: new Date(now).toISOString(),
    by: house.host,
  };
  return onChain({ reference: image, what: "hold" }, house, async (open) => {
    const name = snapshot === undefined ? undefined : nameOf(snapshot, open, house);
    const { chain, points } = open;
    await open.lease.confirm();
    const key = name === undefined ? markKey("hold") : holdKey(name);
    await house.backup.setMetadata(chain.image, key, JSON.stringify(hold));
    const { marks } = chain;
    open.remember(name === undefined ? { ...marks, hold } : { ...marks, holds: { ...marks.holds, [name]: hold } });
    const held = name === undefined ? points.filter(({ ours }) => ours).length : 1;
    return {
      version: 1,
      kind: "hold",
      ...named(open),
      ...(name !== undefined && { snapshot: name }),
      hold,
      points: held,
    };
  });
}

/** What nothing holds any more expires as its policy says, in the next run. */
export function releaseImage(house: House, { image, snapshot, all }: ReleaseRequest): Promise<ReleaseReport> {
  return onChain({ reference: image, what: "release" }, house, async (open) => {
    const { chain, lease, candidate } = open;
    // One that could not be written stands in the tables alone.
    const alarm = chain.marks.alarm ?? candidate.input.chain.marks.alarm;
    const whole = wholeOf({ ...chain.marks, alarm }, all === true);
    const released = snapshot === undefined ? whole : pointOf(snapshot, open, house);
    for (const one of released) {
      await lease.confirm();
      await house.backup.removeMetadata(chain.image, keyOf(one));
    }
    const marks = released.reduce(without, chain.marks);
    const confirmed = released.some(({ what }) => what === "alarm") ? alarm : undefined;
    if (released.length > 0) open.remember(marks, confirmed && toldBy(confirmed, chain));
    const held = open.generations.filter((one) => holdOfChain(one.marks, house.now()) !== undefined);
    return {
      version: 1,
      kind: "release",
      ...named(open),
      released,
      stay: Object.keys(marks.holds ?? {}),
      // A generation that was closed while the image was held has the hold, too, and under its own name.
      generations: snapshot === undefined ? held.map(({ image: name }) => name) : [],
    };
  });
}

/** Who confirms an alarm has seen what came: no run needs to judge it again because nobody remembers how much that was. */
function toldBy({ at, bytes }: Alarm, chain: ChainFacts): Moved | undefined {
  const point = untoldOf(chain)?.point;
  return point?.ours && point.ours.time <= Date.parse(at) ? { at, bytes, snapshot: point.name } : undefined;
}

function wholeOf({ hold, alarm, holds }: Marks, all: boolean): readonly Released[] {
  return [
    ...(hold === undefined ? [] : [{ what: "image" } as const]),
    ...(alarm === undefined ? [] : [{ what: "alarm" } as const]),
    ...(all ? Object.keys(holds ?? {}).map((snapshot) => ({ what: "point", snapshot }) as const) : []),
  ];
}

/** A point that somebody removed by hand may still be held. */
function pointOf(reference: string, open: OpenChain, house: House): readonly Released[] {
  const { holds = {} } = open.chain.marks;
  const snapshot = Object.hasOwn(holds, reference) ? reference : nameOf(reference, open, house);
  return Object.hasOwn(holds, snapshot) ? [{ what: "point", snapshot }] : [];
}

function nameOf(reference: string, { chain, points }: OpenChain, { settings }: House): string {
  return findPoint(reference, points, { image: chain.image, timezone: settings.timezone }).name;
}

function keyOf(one: Released): string {
  return one.what === "point" ? holdKey(one.snapshot) : markKey(one.what === "image" ? "hold" : "alarm");
}

function without(marks: Marks, one: Released): Marks {
  if (one.what !== "point") return { ...marks, [one.what === "image" ? "hold" : "alarm"]: undefined };
  const { snapshot } = one;
  const holds = Object.entries(marks.holds ?? {}).filter(([name]) => name !== snapshot);
  return { ...marks, holds: holds.length > 0 ? Object.fromEntries(holds) : undefined };
}

function named({ candidate, chain }: OpenChain): { readonly reference: string; readonly image: string } {
  return { reference: shortName(candidate.input.subject), image: chain.image };
}
