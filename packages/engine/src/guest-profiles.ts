import {
  BackurneError,
  isGuestProfiles,
  type GuestAddress,
  type GuestProfiles,
  type ProfilesAnswer,
} from "@backurne/model";
import type { House } from "./house.ts";
import { openLeases } from "./lease.ts";

const OBJECT = "backurne.guests";

interface Document {
  readonly version: 1;
  readonly guests: readonly GuestProfiles[];
}

/**
 * Every guest for which somebody has set policies, in the order of clusters and numbers.
 * @throws BackurneError `unexpected`: the object in the pool is not what was written there.
 */
export async function listGuestProfiles({ objects }: Pick<House, "objects">): Promise<readonly GuestProfiles[]> {
  const text = await objects.read(OBJECT);
  if (text === undefined) return [];
  try {
    const { version, guests } = JSON.parse(text) as Partial<Record<keyof Document, unknown>>;
    if (version === 1 && Array.isArray(guests) && guests.every(isGuestProfiles)) return guests;
  } catch {
    // said below
  }
  throw new BackurneError("unexpected", `the object ${OBJECT} of the backup pool cannot be read`, {
    hint: `\`rados rm ${OBJECT}\` forgets the policies of all guests`,
  });
}

/** Nothing: what is configured, and what the profiles API says, applies again. `held` while another host sets some. */
export async function setGuestProfiles(
  house: House,
  guest: GuestAddress,
  answer: ProfilesAnswer | undefined,
): Promise<GuestProfiles | undefined> {
  checkGuest(guest, house);
  const leases = openLeases(house.objects, `${house.host} profiles of guests`, house.leaseTimes);
  const lease = await leases.acquire(OBJECT);
  if (!lease)
    throw new BackurneError("held", "policies of guests are being set by another host", { hint: "try again" });
  try {
    const { cluster, vmid } = guest;
    const others = (await listGuestProfiles(house)).filter((one) => !isOf(guest, one));
    const set = answer && { cluster, vmid, answer, at: new Date(house.now()).toISOString(), by: house.host };
    const guests = [...others, ...(set ? [set] : [])].sort(inOrder);
    await lease.confirm();
    await house.objects.write(OBJECT, JSON.stringify({ version: 1, guests } satisfies Document));
    return set;
  } finally {
    await lease.release();
  }
}

function checkGuest({ cluster }: GuestAddress, { settings }: House): void {
  const known = settings.liveClusters.filter(({ kind }) => kind === "proxmox").map(({ name }) => name);
  if (known.includes(cluster)) return;
  throw new BackurneError("not-found", `there is no Proxmox cluster ${cluster}`, {
    hint: `guests have policies of their own on: ${known.join(", ") || "(none is configured)"}`,
  });
}

export function isOf(guest: GuestAddress, other: GuestAddress): boolean {
  return guest.cluster === other.cluster && guest.vmid === other.vmid;
}

function inOrder(a: GuestAddress, b: GuestAddress): number {
  return a.cluster === b.cluster ? a.vmid - b.vmid : a.cluster < b.cluster ? -1 : 1;
}
