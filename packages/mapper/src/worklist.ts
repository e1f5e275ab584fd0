import { disk, type DiskRecord } from "./kinds/disk.ts";
import { filesystem } from "./kinds/filesystem.ts";
import { ldm } from "./kinds/ldm.ts";
import { lvm } from "./kinds/lvm.ts";
import { partitions } from "./kinds/partitions.ts";
import { room } from "./kinds/room.ts";
import { udev } from "./kinds/udev.ts";
import { vmdk } from "./kinds/vmdk.ts";
import { vmfs } from "./kinds/vmfs.ts";
import type { LayerKind, MapContext, Target } from "./types.ts";

/** What is known only to the kind itself. */
type Any = LayerKind<object>;

/** In the order of probing: groups stand after all that may still show a member of them. */
export const KINDS = { room, udev, disk, partitions, filesystem, vmfs, vmdk, lvm, ldm } as unknown as Readonly<
  Record<string, Any>
>;
export type { DiskRecord };

export interface Claim {
  readonly layer: string;
  readonly targets: readonly Target[];
}

/** What is to be opened next; undefined: nothing is claimed any more. */
export function claimNext(waiting: readonly Target[], context: Pick<MapContext, "vmdk">): Claim | undefined {
  for (const [layer, kind] of Object.entries(KINDS)) {
    const [targets] = kind.probe(waiting, context);
    if (targets !== undefined) return { layer, targets };
  }
  return undefined;
}

/** Why nothing claims it; undefined: that says itself. */
export function whyLeft({ contents, file }: Target): string | undefined {
  const { type, trouble, table, partitions: found, volumeGroup } = contents;
  if (trouble !== undefined) return trouble;
  if (file !== undefined) return "not opened: name it after the snapshot, or say all";
  if (type === "crypto_LUKS") return "encrypted: cryptsetup open asks for its passphrase";
  if (type === "LVM2_member" && volumeGroup === undefined) return "a physical volume of no volume group";
  if (type === "swap") return undefined;
  if (type !== undefined) return `${type} is not opened`;
  if (table === "PMBR") return "its GUID partition table is damaged";
  if (table !== undefined && found?.length === 0) return "its partition table is empty";
  return "nothing on it that is known";
}
