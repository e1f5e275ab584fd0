import { formatKey, type GuestDisk, type GuestListing } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import { listGuestProfiles } from "./guest-profiles.ts";
import type { House } from "./house.ts";
import { listing, survey } from "./list.ts";

/** An ident of one guest alone. All others name a storage, or a plain cluster. */
const OWN = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Every guest that is there, or has backups, or for which policies are set; by cluster, name and number. From one look, as
 * images are listed, and with the `state` and `late` that they have there.
 * @throws BackurneError `unexpected`: the policies in the pool cannot be read.
 */
export async function listGuests(house: House): Promise<readonly GuestListing[]> {
  const known = listGuestProfiles(house);
  const [candidates, set] = await Promise.all([survey(house, known), known]);
  const guests = [...Map.groupBy(candidates, whose).values()].map((disks) => describe(disks, house));
  // A number is given again once it is free, and policies are for who has it now. Those that are there come first.
  const byNumber = new Map(guests.toReversed().map((guest) => [addressOf(guest), guest]));
  const owned = new Map(set.map((policies) => [byNumber.get(addressOf(policies)), policies]));
  const nobodys = set.filter((policies) => !byNumber.has(addressOf(policies)));
  return [
    ...guests.map((guest) => ({ ...guest, policies: owned.get(guest) })),
    ...nobodys.map((policies) => ({ cluster: policies.cluster, vmid: policies.vmid, disks: [], policies })),
  ].sort(inOrder);
}

/** By an identity that is the guest's, else by its number, else by its name. */
function whose(disk: Candidate): string {
  const { cluster, guest } = disk.input.subject;
  return JSON.stringify([cluster, identOf(disk) ?? disk.vm?.vmid ?? guest]);
}

function identOf({ input: { subject }, cluster }: Candidate): string | undefined {
  const { ident } = subject.key;
  return cluster?.cluster.kind !== "plain" && OWN.test(ident) ? ident : undefined;
}

function addressOf({ cluster, vmid }: Pick<GuestListing, "cluster" | "vmid">): string {
  return JSON.stringify([cluster, vmid]);
}

function describe(candidates: readonly Candidate[], house: House): GuestListing {
  const [first] = candidates as readonly [Candidate];
  const { cluster, guest: name } = first.input.subject;
  const vm = candidates.find((one) => one.vm)?.vm;
  const generations = Map.groupBy(candidates, ({ input }) => formatKey(input.subject.key));
  return {
    cluster,
    name,
    ident: identOf(first),
    vmid: vm?.vmid,
    kind: vm?.kind,
    disks: [...generations.values()]
      .map((some) => describeDisk(newestOf(some), house))
      .sort((a, b) => (a.disk < b.disk ? -1 : 1)),
  };
}

/** A closed generation stands for a disk only where nothing else does. */
function newestOf(generations: readonly Candidate[]): Candidate {
  const open = generations.find(({ input }) => input.chain?.kind !== "closed");
  return open ?? (generations.at(-1) as Candidate);
}

function describeDisk(candidate: Candidate, house: House): GuestDisk {
  const { disk, reference, size, snapshots, lastGood, newest, state, because, late } = listing(candidate, house);
  const image = candidate.input.chain?.image;
  return { disk, reference, image, size, snapshots, lastGood, newest, state, because, late };
}

/** Where those without a name stand. */
const LAST = "\u{10ffff}";

function inOrder(a: GuestListing, b: GuestListing): number {
  if (a.cluster !== b.cluster) return a.cluster < b.cluster ? -1 : 1;
  const [one, other] = [a.name ?? LAST, b.name ?? LAST];
  if (one !== other) return one < other ? -1 : 1;
  return (a.vmid ?? 0) - (b.vmid ?? 0);
}
