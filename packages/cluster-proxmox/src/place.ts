import type { OmittedDisk } from "@backurne/cluster";
import type { Disk, ProxmoxCluster } from "@backurne/model";
import { type Identity, keyOf } from "./identity.ts";
import { labelOf, type ReadGuest } from "./read-guests.ts";
import type { Storage } from "./storages.ts";
import { NO_STORAGE, plainImage, rbdImage, type Volume } from "./volumes.ts";

/** What becomes of one disk: backed up, left out for a reason, or not to be judged. */
export type Placed =
  | { readonly kind: "wanted"; readonly disk: Disk }
  | { readonly kind: "omitted"; readonly omitted: OmittedDisk }
  | { readonly kind: "blind"; readonly because: string };

export interface Scene {
  readonly settings: Pick<ProxmoxCluster, "name" | "identPrefix">;
  readonly storages: ReadonlyMap<string, Storage>;
  /** By vmid, of all guests that were listed. */
  readonly names: ReadonlyMap<number, string>;
}

/** Judges one disk by what Proxmox says of it; the pool has not been looked at. */
export function placeVolume(volume: Volume, owner: { guest: ReadGuest; identity: Identity }, scene: Scene): Placed {
  const { guest, identity } = owner;
  const storage = scene.storages.get(volume.storage);
  const named = rbdImage(volume.name);
  const disk = describeDisk(volume, { guest, identity, storage, scene });
  const omit = (state: OmittedDisk["state"], because: string): Placed => ({
    kind: "omitted",
    omitted: { disk, state, because },
  });
  if (volume.off !== undefined) return omit("switched off", volume.off);
  if (volume.storage === NO_STORAGE)
    return omit("excluded", `${volume.name} of the node itself, which is on no storage`);
  if (!storage) {
    const because = `${volume.adapter} is on storage ${volume.storage}, which Proxmox does not show: the user may lack Datastore.Audit on it`;
    return { kind: "blind", because };
  }
  if (storage.type !== "rbd") return omit("excluded", `on storage ${storage.name}, which is not rbd`);
  if (storage.disabled) return omit("excluded", `on storage ${storage.name}, which is disabled`);
  if (!named) return { kind: "blind", because: `${volume.adapter}: "${volume.name}" is not a name that Proxmox gives` };
  if (named.owner !== guest.vmid) {
    return omit("excluded", `${named.image} belongs to ${nameOwner(named.owner, scene.names)}`);
  }
  return { kind: "wanted", disk };
}

function nameOwner(vmid: number, names: ReadonlyMap<number, string>): string {
  const name = names.get(vmid);
  return name === undefined ? `guest ${vmid}` : `guest ${labelOf({ name, vmid })}`;
}

interface Place {
  readonly guest: ReadGuest;
  readonly identity: Identity;
  readonly storage: Storage | undefined;
  readonly scene: Scene;
}

function describeDisk(volume: Volume, { guest, identity, storage, scene }: Place): Disk {
  const { vmid, kind, tags, name, pool: owned } = guest;
  const { image, owner } = rbdImage(volume.name) ?? { image: plainImage(volume.name), owner: vmid };
  const { pool, namespace } = storage?.type === "rbd" ? storage : { pool: "", namespace: "" };
  // A volume that somebody else owns is known by its image too, and that chain is the owner's.
  const known = owner === vmid ? image : `${image} of ${vmid}`;
  const place = { storage: volume.storage, image: known, adapter: volume.adapter };
  return {
    cluster: scene.settings.name,
    guest: uniqueName(guest, scene.names),
    disk: volume.adapter,
    pool,
    namespace,
    image,
    key: keyOf(identity, place, scene.settings.identPrefix),
    comment: name,
    storage: volume.storage,
    vm: { vmid, kind, tags, ...(owned === undefined ? {} : { pool: owned }) },
  };
}

/** Proxmox lets guests share a name; all who do are told apart. */
export function uniqueName({ name, vmid }: Pick<ReadGuest, "name" | "vmid">, names: Scene["names"]): string {
  for (const [other, taken] of names) if (taken === name && other !== vmid) return `${name}(${vmid})`;
  return name;
}
