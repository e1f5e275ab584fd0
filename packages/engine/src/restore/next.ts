import type { Destination } from "@backurne/cluster";
import { quote } from "@backurne/exec";
import { printable, type GuestConfig, type ImagePlace } from "@backurne/model";

/** A guest as it was, and which disk of it is meant. */
export interface GuestDisk {
  readonly config: GuestConfig;
  /** The adapter, or on a chain known by it the image. */
  readonly disk: string;
  /** The image it was. */
  readonly image: string | undefined;
}

/** `scsi0: ceph:vm-100-disk-0,size=32G`: the line of the guest's configuration that was this disk. */
export function lineOf({ config: { config }, disk, image }: GuestDisk): string | undefined {
  const lines = Object.entries(config).map(([key, value]) => [key, String(value)] as const);
  const found =
    lines.find(([key]) => key === disk) ?? lines.find(([, value]) => image !== undefined && volumeOf(value) === image);
  return found && found.join(": ");
}

/** `vm-100-disk-0` of `ceph:vm-100-disk-0,size=32G`, also where a template's name stands before it. */
function volumeOf(value: string): string | undefined {
  return /^[^:,]+:(?:.*\/)?([^,]+)/.exec(value)?.[1];
}

/** What a person may type, now that the disk stands there. Every word is quoted where it has to be. */
export function nextSteps(
  { image }: ImagePlace,
  { address, storage, pool }: Destination,
  guest: (GuestDisk & { readonly line: string | undefined }) | undefined,
): readonly string[] {
  if (storage === undefined) return [`# on ${printable(pool.place)}`, words(infoArgs(image, address))];
  const named = /^(?:vm|base|subvol)-(\d+)-./.exec(image);
  if (!named) return [`# Proxmox takes only images called vm-VMID-disk-N into a guest: rename it first`];
  const vmid = named[1] as string;
  const tool = guest?.config.kind === "lxc" ? "pct" : "qm";
  const [key, value] = guest?.line?.split(/: (.*)/s) ?? [];
  if (key === undefined || value === undefined) return [`${tool} rescan --vmid ${vmid}`];
  const options = value.split(",").slice(1);
  return [words([tool, "set", vmid, `--${key}`, [`${storage}:${image}`, ...options].join(",")])];
}

function infoArgs(image: string, { pool, namespace, cephConf, cephId }: Destination["address"]): readonly string[] {
  return [
    "rbd",
    ...(cephConf ? ["--conf", cephConf] : []),
    ...(cephId ? ["--id", cephId] : []),
    "info",
    `--pool=${pool}`,
    ...(namespace ? [`--namespace=${namespace}`] : []),
    `--image=${image}`,
  ];
}

function words(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(" ");
}
