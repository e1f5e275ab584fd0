import type { Blind } from "@backurne/cluster";
import type { ImageKey, ProxmoxCluster } from "@backurne/model";
import { blindFor, labelOf, type ReadGuest } from "./read-guests.ts";
import { smbiosUuid } from "./smbios.ts";

/** What the backups of a guest's disks are known by: the guest, wherever its disks lie, or the place of each disk. */
export type Identity = { readonly by: "uuid"; readonly uuid: string } | { readonly by: "image" };

export interface Identities {
  readonly of: ReadonlyMap<number, Identity>;
  /** Guests that have none. */
  readonly blind: readonly Blind[];
}

type Rules = Pick<ProxmoxCluster, "useSmbios" | "uuidFallback">;

/** Guests that share a UUID are all refused: their backups would end up in one chain. */
export function identify(guests: readonly ReadGuest[], { useSmbios, uuidFallback }: Rules): Identities {
  const of = new Map<number, Identity>();
  const blind: Blind[] = [];
  const byUuid = new Map<string, ReadGuest[]>();
  for (const guest of guests) {
    const uuid = useSmbios && guest.kind === "qemu" ? smbiosUuid(guest.config["smbios1"]) : undefined;
    if (uuid !== undefined) {
      of.set(guest.vmid, { by: "uuid", uuid });
      const same = uuid.toLowerCase(); // Proxmox takes capitals too
      byUuid.set(same, [...(byUuid.get(same) ?? []), guest]);
    } else if (!useSmbios || guest.kind === "lxc" || uuidFallback) of.set(guest.vmid, { by: "image" });
    else blind.push(blindFor(guest, "has no smbios UUID; give it one, or set uuid_fallback: true"));
  }
  for (const [uuid, sharers] of byUuid) {
    if (sharers.length === 1) continue;
    for (const guest of sharers) of.delete(guest.vmid);
    blind.push(...sharers.map((guest) => blindFor(guest, refusal(uuid, guest, sharers))));
  }
  return { of, blind };
}

function refusal(uuid: string, guest: ReadGuest, sharers: readonly ReadGuest[]): string {
  const others = sharers.filter((one) => one !== guest).map(labelOf);
  return `has the same smbios UUID as ${others.join(", ")}: ${uuid}; give all but one of them a new one`;
}

/** The key of one disk's backups; `identPrefix` keeps clusters apart. */
export function keyOf(
  identity: Identity,
  { storage, image, adapter }: { readonly storage: string; readonly image: string; readonly adapter: string },
  identPrefix: string,
): ImageKey {
  return identity.by === "uuid"
    ? { ident: identPrefix + identity.uuid, disk: adapter }
    : { ident: identPrefix + storage, disk: image };
}
