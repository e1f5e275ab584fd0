import type { Alarm, ChangeAlarmSettings, Moved } from "@backurne/model";
import type { ChainFacts, SnapshotFacts } from "./facts.ts";

/** Fewer runs than this say nothing about what is usual. */
const ENOUGH = 7;
/** So many are remembered. */
const REMEMBERED = 30;

/**
 * What the latest incrementals moved, oldest first. The image says it up to the one before the last, whose mark was written
 * before it was known how much would come; the index remembers the last.
 */
export function volumeOf({ marks: { base }, moved }: Pick<ChainFacts, "marks" | "moved">): readonly Moved[] {
  const before = base?.volume ?? [];
  return (moved && moved.snapshot === base?.name ? [...before, moved] : before).slice(-REMEMBERED);
}

/** An incremental that has come, and of which nobody remembers what it moved: its run died before it could say so. */
export interface Untold {
  /** Name on the backup side of what it started from. */
  readonly base: string;
  readonly point: SnapshotFacts;
}

/** undefined: what came last is remembered, was a full, or does not stand. */
export function untoldOf({
  marks: { base },
  moved,
  snapshots,
}: Pick<ChainFacts, "marks" | "moved" | "snapshots">): Untold | undefined {
  if (!base || base.becomes !== undefined || moved?.snapshot === base.name) return undefined;
  const before = base.shared[1];
  const names = before ? [before.name, ...(before.twins ?? [])] : [];
  const standing = new Map(snapshots.map((snapshot) => [snapshot.name, snapshot]));
  const [point, from] = [standing.get(base.name), names.find((name) => standing.has(name))];
  return point && from !== undefined ? { base: from, point } : undefined;
}

/** One that nobody could measure when its turn came; undefined: there is none, or its points do not stand any more. */
export function unmeasuredOf({
  marks: { unmeasured },
  snapshots,
}: Pick<ChainFacts, "marks" | "snapshots">): Untold | undefined {
  const base = unmeasured?.base;
  const point = snapshots.find(({ name }) => name === unmeasured?.snapshot);
  return base !== undefined && point && snapshots.some(({ name }) => name === base) ? { base, point } : undefined;
}

/**
 * What could be expected at most, bytes; undefined: too little is known. Nine runs of ten moved less, and after a pause,
 * there may be as much more as it was longer than usual.
 */
export function usualVolume(history: readonly Moved[], now: number): number | undefined {
  if (history.length < ENOUGH) return undefined;
  const bytes = history.map((moved) => moved.bytes).sort((a, b) => a - b);
  const times = history.map(({ at }) => Date.parse(at));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const usualGap = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const gap = now - (times.at(-1) ?? now);
  const most = bytes[Math.ceil(bytes.length * 0.9) - 1] ?? 0;
  return Math.round(most * (usualGap > 0 ? Math.max(1, gap / usualGap) : 1));
}

/** Far outside of the image's own history: a sign of encryption, or of a mistake. */
export function judgeVolume(
  history: readonly Moved[],
  { at, bytes }: Moved,
  { factor, atLeast }: ChangeAlarmSettings,
): Alarm | undefined {
  const usual = usualVolume(history, Date.parse(at));
  return usual !== undefined && bytes > atLeast && bytes > factor * usual ? { at, bytes, usual } : undefined;
}

export function describeAlarm({ at, bytes, usual }: Alarm): string {
  const day = `${at.slice(0, 16).replace("T", " ")} UTC`;
  return `${amount(bytes)} changed by ${day} where up to ${amount(usual)} are usual; nothing of it expires until \`backurne release\``;
}

function amount(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
