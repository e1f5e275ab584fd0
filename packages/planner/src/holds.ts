import { holdOfChain, holdOfPoint, type HeldPoints, type Hold, type Marks } from "@backurne/model";
import { wallClock } from "@backurne/retention";
import type { ChainInput } from "./chain.ts";

interface When {
  /** Epoch ms. */
  readonly now: number;
  /** IANA zone, for the time in the reason. */
  readonly timezone: string;
}

/** Why no policy may expire this point, as it follows the word hold; undefined: nothing holds it. */
export function heldBecause(snapshot: string, marks: Marks, when: When): string | undefined {
  const own = holdOfPoint(snapshot, marks, when.now);
  return own ? describeHold(own, when) : chainHeldBecause(marks, when);
}

/** What holds every point of a chain: somebody's wish, or a change alarm that nobody has looked at yet. */
export function chainHeldBecause(marks: Marks, when: When): string | undefined {
  const whole = holdOfChain(marks, when.now);
  if (whole) return `of the whole image ${describeHold(whole, when)}`;
  return marks.alarm && `by the change alarm of ${formatLocal(Date.parse(marks.alarm.at), when)}`;
}

/** Epoch ms when nothing of it holds this point any more; undefined: nothing does now, or nobody has said until when. */
export function heldUntil(snapshot: string, marks: Marks, now: number): number | undefined {
  if (marks.alarm) return undefined;
  const ends = [holdOfPoint(snapshot, marks, now), holdOfChain(marks, now)].flatMap((hold) =>
    hold ? [hold.until === undefined ? NaN : Date.parse(hold.until)] : [],
  );
  const last = Math.max(...ends);
  return Number.isFinite(last) ? last : undefined;
}

/** How many points of a chain are held; undefined: none. */
export function heldPoints({ chain, subject, now, policy }: ChainInput): HeldPoints | undefined {
  if (!chain) return undefined;
  const when = { now, timezone: policy.timezone };
  const because = chainHeldBecause(chain.marks, when);
  const points = chain.snapshots.filter(
    ({ name, ours }) => ours && heldBecause(name, chain.marks, when) !== undefined,
  ).length;
  if (points === 0) return undefined;
  return { subject, points, ...(because !== undefined && { because: `hold ${because}` }) };
}

function describeHold({ until, reason }: Hold, when: When): string {
  const end = until === undefined ? "without end" : `until ${formatLocal(Date.parse(until), when)}`;
  return reason === undefined ? end : `${end} (${reason})`;
}

function formatLocal(time: number, { timezone }: When): string {
  if (Number.isNaN(time)) return "a time that cannot be read";
  const [day = "", clock = ""] = new Date(wallClock(time, timezone)).toISOString().split("T");
  return clock.startsWith("00:00") ? day : `${day} ${clock.slice(0, 5)}`;
}
