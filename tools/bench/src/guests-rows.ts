import { DISKS } from "./guests.ts";
import { median, medianRatio, seconds, type Took } from "./measure.ts";
import { SNAPSHOTS } from "./recorded.ts";
import { measured, type Row } from "./row.ts";

export interface Planned {
  /** The inventory. */
  readonly looking: Took;
  /** The plan. */
  readonly deciding: Took;
  /** MiB at most, recorded pools and Node included. */
  readonly memory: number;
  readonly incremental: number;
}

/** What was measured for so many guests. */
export interface Measured {
  readonly guests: number;
  readonly tool: readonly Planned[];
  readonly hand: readonly Took[];
  /** The most that one planning needed. */
  readonly requests: number;
}

/** Lists of the guests and storages, and what else comes up. */
const HANDFUL = 5;

export function rowsOf({ guests, tool, hand, requests }: Measured): readonly Row[] {
  const title = `plan ${guests} guests with ${DISKS} disks each`;
  const looking = tool.map((one) => one.looking);
  const deciding = tool.map((one) => one.deciding);
  const points = guests * DISKS * SNAPSHOTS;
  return [
    {
      scenario: "E",
      what: `${title}: time`,
      value: median(tool.map(timeOf)),
      unit: "s",
      detail: `inventory ${secondsOf(looking)}, plan ${secondsOf(deciding)}`,
    },
    {
      scenario: "E",
      what: `${title}: inventory to the same GETs by hand`,
      value: medianRatio(looking.map(wall), hand.map(wall)),
      unit: "×",
      detail: `${secondsOf(looking)}; by hand ${secondsOf(hand)}`,
    },
    {
      scenario: "E",
      what: `${title}: requests`,
      value: requests,
      unit: "requests",
      target: { at: "most", value: guests + HANDFUL },
      detail: "the simulator's log",
    },
    {
      scenario: "E",
      what: `${title}: memory`,
      value: median(tool.map((one) => one.memory)),
      unit: "MiB",
      detail: `the whole process, ${points} recorded points included`,
    },
  ];
}

/** In proportion to the guests, at most. */
export function growth(before: Measured, after: Measured): readonly Row[] {
  const grown = (name: string, unit: Row["unit"], of: (one: Measured) => number): Row => ({
    scenario: "E",
    what: `from ${before.guests} to ${after.guests} guests: ${name}`,
    value: of(after) / of(before),
    unit: "×",
    target: { at: "most", value: after.guests / before.guests },
    detail: [before, after].map((one) => measured({ value: of(one), unit })).join("; "),
  });
  return [
    grown("time", "s", ({ tool }) => median(tool.map(timeOf))),
    grown("requests", "requests", ({ requests }) => requests),
    grown("memory", "MiB", ({ tool }) => median(tool.map((one) => one.memory))),
  ];
}

function timeOf({ looking, deciding }: Planned): number {
  return looking.seconds + deciding.seconds;
}

function wall({ seconds: took }: Took): number {
  return took;
}

function secondsOf(many: readonly Took[]): string {
  return `${seconds(many.map(wall))} (CPU ${seconds(many.map(({ cpu }) => cpu))})`;
}
