import { setImmediate } from "node:timers/promises";
import type { GuestInspection, GuestMoment, GuestPoint, ImageListing, Warning } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import { describeGuest, findGuest, gatherGuests, type WholeGuest } from "./guests.ts";
import type { House } from "./house.ts";
import { askImage, explainBy, listing, pointsOf, surveySome, type Told } from "./list.ts";
import { readSet } from "./profiles.ts";

/**
 * One guest and its points. What belongs together was made at one moment, as `map GUEST SNAPSHOT` takes it; the disks
 * that it has now say whether anything is missing. Policies in the pool that cannot be read are a warning: this is looked at
 * where something has to be restored.
 * @throws BackurneError as `findGuest`.
 */
export async function inspectGuest(house: House, reference: string): Promise<GuestInspection> {
  const warnings: Warning[] = [];
  const set = await readSet(house, (warning) => warnings.push(warning));
  const known = Promise.resolve(set);
  // Among all others: its number may have been given again.
  const found: WholeGuest[] = [];
  const choose = (all: readonly Candidate[]): readonly Candidate[] => {
    const whole = findGuest(reference, gatherGuests(all, set, house));
    found.push(whole);
    return whole.disks;
  };
  const chosen = await surveySome(house, choose, known);
  const [named] = found as [WholeGuest];
  // The profiles API was asked about its disks alone, which two clusters may call the same.
  const disks = chosen.filter(({ input }) => input.subject.cluster === named.guest.cluster);
  const guest = disks.length > 0 ? describeGuest(disks, house) : named.guest;
  const told = await Promise.all(disks.map((disk) => askImage(disk, house)));
  const points: Timed[] = [];
  for (const [index, disk] of disks.entries()) {
    await setImmediate(); // years are played on for each of its points: others come in between
    points.push(...pointsOfDisk(disk, told[index] as Told, house));
  }
  return {
    version: 1,
    kind: "guest",
    guest: { ...guest, policies: named.guest.policies },
    images: disks
      .filter(({ input }) => input.chain)
      .map((disk) => listing(disk, house))
      .sort(byDisk),
    moments: momentsOf(disks, points),
    warnings,
  };
}

interface Timed {
  readonly at: string;
  readonly point: GuestPoint;
}

function pointsOfDisk(candidate: Candidate, told: Told, house: House): readonly Timed[] {
  const { subject, chain } = candidate.input;
  if (!chain) return [];
  const verdicts = new Map(
    explainBy(candidate, told, house).snapshots.flatMap((one) => (one.side === "backup" ? [[one.name, one]] : [])),
  );
  return pointsOf(candidate, told, house).map(({ creation, uuid, profile, live, verified, consistency, hold }) => {
    const { verdict = "ignore", because = "", expires, expiresBecause } = verdicts.get(uuid) ?? {};
    const place = { disk: subject.disk, image: chain.image, snapshot: uuid, profile, live };
    const known = { ...(verified && { verified }), ...(consistency && { consistency }), ...(hold && { hold }) };
    return { at: creation, point: { ...place, ...known, verdict, because, expires, expiresBecause } };
  });
}

function momentsOf(disks: readonly Candidate[], points: readonly Timed[]): readonly GuestMoment[] {
  const present = disks.filter(({ state }) => state.state === "present");
  const wanted = [...new Set((present.length > 0 ? present : disks).map(({ input }) => input.subject.disk))].sort();
  const first = new Map<string, string>();
  for (const { at, point } of points) if (at < (first.get(point.disk) ?? "~")) first.set(point.disk, at);
  return [...Map.groupBy(points, ({ at }) => at)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([at, some]) => ({
      at,
      points: some.map(({ point }) => point).sort(byDisk),
      lacks: wanted
        .filter((disk) => !some.some(({ point }) => point.disk === disk))
        .map((disk) => ({ disk, because: lackOf(first.get(disk), at) })),
    }));
}

function lackOf(first: string | undefined, at: string): string {
  if (first === undefined) return "it has no backup yet";
  return at < first ? `its backups begin on ${first.slice(0, 10)}` : "its backup of it has expired, or was never made";
}

function byDisk(a: Pick<ImageListing, "disk">, b: Pick<ImageListing, "disk">): number {
  return a.disk === b.disk ? 0 : a.disk < b.disk ? -1 : 1;
}
