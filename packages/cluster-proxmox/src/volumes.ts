import { BackurneError } from "@backurne/model";
import { parseBoolean, parsePropertyString } from "./property-string.ts";
import type { ReadGuest } from "./read-guests.ts";

/** A disk as a guest's configuration names it. */
export interface Volume {
  /** `scsi0`, `efidisk0`, `rootfs`, `mp3`. */
  readonly adapter: string;
  readonly storage: string;
  /** What stands behind the storage's name: `base-9000-disk-0/vm-100-disk-1`. */
  readonly name: string;
  /** Why Proxmox's own backup leaves it out. */
  readonly off?: string | undefined;
}

const ADAPTERS = {
  qemu: /^((virtio|scsi|sata|ide)\d+|efidisk0|tpmstate0)$/,
  lxc: /^(rootfs|mp\d+)$/,
};

/** Proxmox's own pattern for a generated cloud-init drive. */
const CLOUD_INIT = /(^|\/)(vm-\d+-)?cloudinit(\.\w+)?$/;

/** For what lies on none: a device of the node itself. */
export const NO_STORAGE = "(node)";

/** Its disks, without CD-ROMs, cloud-init drives, and directories of the node that a container sees. */
export function readVolumes({ kind, config }: Pick<ReadGuest, "kind" | "config">): readonly Volume[] {
  return Object.entries(config)
    .filter(([adapter]) => ADAPTERS[kind].test(adapter))
    .map(([adapter, value]) => readVolume(adapter, String(value), kind))
    .filter((volume) => volume !== undefined)
    .sort((a, b) => a.adapter.localeCompare(b.adapter, "en", { numeric: true }));
}

/** Disks that were detached, and that it remembers. What cannot be read there is no disk of its. */
export function readDetached({ config }: Pick<ReadGuest, "config">): readonly Volume[] {
  return Object.entries(config).flatMap(([adapter, value]): readonly Volume[] => {
    const [, storage, name] = /^([^:/]+):([^,]+)/s.exec(String(value)) ?? [];
    return /^unused\d+$/.test(adapter) && storage && name ? [{ adapter, storage, name }] : [];
  });
}

function readVolume(adapter: string, text: string, kind: ReadGuest["kind"]): Volume | undefined {
  const values = parsePropertyString(text, "file"); // `volume` is another name for it, and a container's only one
  const id = values.get("file") ?? values.get("volume");
  if (id === undefined) throw new BackurneError("unexpected", `${adapter} names no volume: "${text.slice(0, 200)}"`);
  if (id === "none" || id === "cdrom" || values.get("media") === "cdrom") return undefined;
  // A VM takes it for a disk like any other: it is said that nobody backs it up.
  if (id.startsWith("/")) return kind === "qemu" ? { adapter, storage: NO_STORAGE, name: id } : undefined;
  const [, storage, name] = /^([^:/]+):(.+)$/s.exec(id) ?? [];
  if (storage === undefined || name === undefined) {
    throw new BackurneError("unexpected", `${adapter} is on no storage: "${text.slice(0, 200)}"`);
  }
  if (CLOUD_INIT.test(name)) return undefined;
  return { adapter, storage, name, off: whySwitchedOff(adapter, parseBoolean(values.get("backup"))) };
}

/** Proxmox backs up a VM's disk unless told not to, a container's mount point only when told to, its rootfs always. */
function whySwitchedOff(adapter: string, backup: boolean | undefined): string | undefined {
  if (adapter === "rootfs") return undefined;
  if (backup === false) return `backup=0 stands on ${adapter}`;
  if (adapter.startsWith("mp") && backup === undefined) return `${adapter} has no backup=1, which mount points need`;
  return undefined;
}

/** The rbd image of a volume, and the guest it belongs to. undefined: not a name that Proxmox gives. */
export function rbdImage(name: string): { readonly image: string; readonly owner: number } | undefined {
  const [, image, owner] = /^(?:base-\d+-\S+\/)?((?:base|vm)-(\d+)-[^\s/]+)$/.exec(name) ?? [];
  return image === undefined ? undefined : { image, owner: Number(owner) };
}

/** For volumes elsewhere: the last part of their name. */
export function plainImage(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
