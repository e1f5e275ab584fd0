import type { GuestInspection, GuestMoment, GuestPoint, ImageListing } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import { findGuest, gatherGuests } from "./guests.ts";
import { listGuestProfiles } from "./guest-profiles.ts";
import type { House } from "./house.ts";
import { askImage, explainBy, listing, pointsOf, surveySome } from "./list.ts";

/**
 * One guest and its points. What belongs together was made at one moment, as `map GUEST SNAPSHOT` takes it; the disks
 * that it has now say whether anything is missing.
 * @throws BackurneError as `findGuest`, and `unexpected` where the policies in the pool cannot be read.
 */
export async function inspectGuest(house: House, reference: string): Promise<GuestInspection> {
  const known = listGuestProfiles(house);
  const set = await known;
  const chosen = await surveySome(house, (all) => findGuest(reference, gatherGuests(all, set, house)).disks, known);
  const { guest, disks } = findGuest(reference, gatherGuests(chosen, set, house));
  const points = await Promise.all(disks.map((disk) => pointsOfDisk(disk, house)));
  return {
    version: 1,
    kind: "guest",
    guest,
    images: disks
      .filter(({ input }) => input.chain)
      .map((disk) => listing(disk, house))
      .sort(byDisk),
    moments: momentsOf(disks, points.flat()),
  };
}

interface Timed {
  readonly at: string;
  readonly point: GuestPoint;
}

async function pointsOfDisk(candidate: Candidate, house: House): Promise<readonly Timed[]> {
  const { subject, chain } = candidate.input;
  if (!chain) return [];
  const told = await askImage(candidate, house);
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
