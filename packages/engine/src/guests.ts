import {
  BackurneError,
  formatKey,
  printable,
  type GuestDisk,
  type GuestListing,
  type GuestProfiles,
} from "@backurne/model";
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
  return gatherGuests(candidates, set, house).map(({ guest }) => guest);
}

/** A guest, and all there is of its disks: closed generations, too. */
export interface WholeGuest {
  readonly guest: GuestListing;
  readonly disks: readonly Candidate[];
}

/** The guests whose disks these are, and those for which nothing but policies is known. */
export function gatherGuests(
  candidates: readonly Candidate[],
  set: readonly GuestProfiles[],
  house: House,
): readonly WholeGuest[] {
  const known = [...Map.groupBy(candidates, whose).values()].map((disks) => ({
    guest: describeGuest(disks, house),
    disks,
  }));
  // A number is given again once it is free, and policies are for who has it now. Those that are there come first.
  const byNumber = new Map(known.toReversed().map((one) => [addressOf(one.guest), one]));
  const owned = new Map(set.map((policies) => [byNumber.get(addressOf(policies)), policies]));
  const nobodys = set.filter((policies) => !byNumber.has(addressOf(policies)));
  return [
    ...known.map((one) => ({ ...one, guest: { ...one.guest, policies: owned.get(one) } })),
    ...nobodys.map((policies) => ({
      guest: { cluster: policies.cluster, vmid: policies.vmid, disks: [], policies },
      disks: [],
    })),
  ].sort((a, b) => inOrder(a.guest, b.guest));
}

/**
 * The one that a person or a link means: by the rbd name of any of its backups, which is never another's; else by `CLUSTER/` and
 * its number or name, or by its identity or name alone. @throws BackurneError `not-found`, or `usage` where several are called so.
 */
export function findGuest(reference: string, guests: readonly WholeGuest[]): WholeGuest {
  const byImage = guests.filter(({ disks }) => disks.some(({ input }) => input.chain?.image === reference));
  const found = byImage.length > 0 ? byImage : guests.filter(({ guest }) => namesOf(guest).includes(reference));
  const [first, ...others] = found;
  if (!first) {
    throw new BackurneError("not-found", `no guest is called ${printable(reference)}`, {
      hint: "CLUSTER/NAME, CLUSTER/VMID, or the rbd name of one of its backups",
    });
  }
  if (others.length === 0) return first;
  const names = found.map(({ guest: { cluster, name, vmid, ident } }) => `${cluster}/${vmid ?? ident ?? name}`);
  throw new BackurneError(
    "usage",
    `several guests are called ${printable(reference)}: ${printable(names.join(", "))}`,
    {
      hint: "name one by its number, or by the rbd name of one of its backups",
    },
  );
}

function namesOf({ cluster, name, vmid, ident }: GuestListing): readonly string[] {
  return [
    ...(name === undefined ? [] : [`${cluster}/${name}`, name]),
    ...(vmid === undefined ? [] : [`${cluster}/${vmid}`]),
    ...(ident === undefined ? [] : [ident]),
  ];
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

/** By its disks, at least one. */
export function describeGuest(candidates: readonly Candidate[], house: House): GuestListing {
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
