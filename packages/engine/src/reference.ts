import { BackurneError, printable, shortName } from "@backurne/model";
import type { Candidate, SnapshotFacts } from "@backurne/planner";
import { wallClock } from "@backurne/retention";

/**
 * Finds the one image a person means: the rbd name, `CLUSTER/GUEST/DISK`, or any part that fits only one.
 * An exact name wins over parts of others.
 */
export function findImage(reference: string, candidates: readonly Candidate[]): Candidate {
  const exact = candidates.filter((one) => namesOf(one).includes(reference));
  const found =
    exact.length > 0 ? exact : candidates.filter((one) => namesOf(one).some((name) => name.includes(reference)));
  // A closed generation is only meant when nothing else fits.
  const open = found.filter((one) => one.input.chain?.kind !== "closed");
  const [first, ...others] = open.length > 0 ? open : found;
  if (!first) {
    throw new BackurneError("not-found", `no image fits ${printable(reference)}`, {
      hint: "`backurne ls` shows them all",
    });
  }
  if (others.length === 0) return first;
  const names = [first, ...others].map((one) => printable(shortName(one.input.subject)));
  throw new BackurneError("usage", `${printable(reference)} fits several images: ${enumerate(names)}`, {
    hint: "name one of them in full",
  });
}

/** The image whose points are meant, and the zone in which people read its times. */
export interface PointsOf {
  readonly image: string;
  readonly timezone: string;
}

/**
 * Finds the one point a person means: its name, `@` and the beginning of its local time (`@2026-11-02T01:00`), or
 * `latest`. Twins are one moment, and of them the one that came with the stream is meant.
 */
export function findPoint(
  reference: string,
  snapshots: readonly SnapshotFacts[],
  { image, timezone }: PointsOf,
): SnapshotFacts {
  const points = snapshots.filter(({ ours }) => ours);
  const named = points.find(({ name }) => name === reference);
  if (named) return named;
  const moments = [...new Map(points.toReversed().map((point) => [point.ours?.time, point])).values()].toReversed();
  const [first, ...others] = fitting(reference, moments, timezone);
  if (!first) {
    throw new BackurneError("not-found", `${printable(image)} has no snapshot that ${printable(reference)} fits`, {
      hint: "name one in full, or by its local time as in @2026-11-02T01:00, or say latest; `backurne ls IMAGE` shows them all",
    });
  }
  if (others.length === 0) return first;
  const names = [first, ...others].map(({ name }) => printable(name));
  throw new BackurneError("usage", `${printable(reference)} fits several snapshots: ${enumerate(names)}`, {
    hint: "say more of the time, or name one of them in full",
  });
}

function fitting(reference: string, moments: readonly SnapshotFacts[], timezone: string): readonly SnapshotFacts[] {
  if (reference === "latest") return moments.slice(-1);
  if (!reference.startsWith("@") || reference === "@") return [];
  const wanted = reference.slice(1).replace(" ", "T");
  const shown = (point: SnapshotFacts): string =>
    new Date(wallClock(point.ours?.time ?? 0, timezone)).toISOString().slice(0, -1);
  return moments.filter((point) => shown(point).startsWith(wanted));
}

function enumerate(names: readonly string[]): string {
  return names.slice(0, 10).join(", ") + (names.length > 10 ? `, and ${names.length - 10} more` : "");
}

function namesOf({ input: { subject } }: Candidate): readonly string[] {
  const { cluster, guest, disk, image, key } = subject;
  return [image, shortName(subject), `${cluster}/${guest}/${disk}`, guest, `${guest}/${disk}`, key.ident];
}
