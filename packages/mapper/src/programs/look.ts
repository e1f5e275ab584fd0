import { CommandError, type Command } from "@backurne/exec";
import { describeError } from "@backurne/model";
import { z } from "zod";
import type { Contents, MapContext, Partition } from "../types.ts";
import { bounded, lackedBy } from "./bounded.ts";
import { ldmtool } from "./ldmtool.ts";
import { lvm, parseMember } from "./lvm.ts";

type Run = Pick<MapContext, "run">;

/** What is on that device. Reads only, and a device that cannot be read is a finding. */
export async function look(device: string, { run }: Run): Promise<Contents> {
  const context: Run = { run: (command) => run(bounded(command)) };
  try {
    const found = await probe(device, context);
    if (found.type === "LVM2_member") return { ...found, volumeGroup: await memberOf(device, context) };
    if (found.type !== undefined || found.table === undefined || found.table === "PMBR") return found;
    const partitions = parsePartitions((await context.run({ file: "sfdisk", args: ["--json", device] })).stdout);
    const diskGroup = isDynamic(partitions) ? await groupOf(device, found, context) : undefined;
    return { ...found, partitions, diskGroup };
  } catch (error) {
    return { trouble: describeTrouble(error) };
  }
}

const NOTHING = 2;
const SEVERAL = 8;

async function probe(device: string, { run }: Run): Promise<Contents> {
  // --probe reads the device itself; what blkid once wrote into its cache is not asked.
  const command = { file: "blkid", args: ["--probe", "--output", "export", device], answers: [NOTHING, SEVERAL] };
  const { code, stdout } = await run(command);
  if (code === SEVERAL) return { trouble: "it carries the signatures of several things at once" };
  if (code !== NOTHING) return parseProbe(stdout);
  // What cannot be read has nothing on it for blkid.
  await run({ file: "dd", args: [`if=${device}`, "of=/dev/null", "bs=4096", "count=1", "status=none"] });
  return {};
}

/** blkid escapes what a shell could take for more than a word. */
export function parseProbe(text: string): Contents {
  const lines = text.split("\n").map((line) => line.split(/=(.*)/s, 2) as [string, string?]);
  const fields = new Map(lines.map(([key, value = ""]) => [key, value.replace(/\\(.)/g, "$1")]));
  const table = fields.get("PTTYPE");
  return {
    ...(fields.has("TYPE") && { type: fields.get("TYPE") }),
    ...(fields.has("VERSION") && { version: fields.get("VERSION") }),
    ...(fields.get("LABEL") && { label: fields.get("LABEL") }),
    ...(table !== undefined && { table }),
    ...(fields.get("PTUUID") && { tableId: fields.get("PTUUID") }),
  };
}

const tableShape = z.object({
  partitiontable: z.object({
    sectorsize: z.number().default(512),
    partitions: z
      .array(z.object({ node: z.string(), start: z.number(), size: z.number(), type: z.string() }))
      .default([]),
  }),
});

export function parsePartitions(text: string): readonly Partition[] {
  const { sectorsize, partitions } = tableShape.parse(JSON.parse(text)).partitiontable;
  const unit = sectorsize / 512;
  return partitions.map(({ node, start, size, type }) => ({
    number: Number(/\d+$/.exec(node)?.[0]),
    start: start * unit,
    size: size * unit,
    type: type.toUpperCase(),
  }));
}

/** MBR: a type of its own; GPT: the partition that holds Windows' database. */
const DYNAMIC = new Set(["42", "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3"]);

export function isDynamic(partitions: readonly Partition[]): boolean {
  return partitions.some(({ type }) => DYNAMIC.has(type));
}

async function memberOf(device: string, { run }: Run): Promise<Contents["volumeGroup"]> {
  const fields = "vg_uuid,vg_name,pv_uuid,pv_count";
  const { stdout } = await run(lvm("pvs", [device], ["--reportformat", "json", "-o", fields]));
  return parseMember(stdout);
}

async function groupOf(device: string, { tableId }: Contents, { run }: Run): Promise<Contents["diskGroup"]> {
  const { stdout } = await run(ldmtool([device], ["scan"]));
  const [id] = z.array(z.string()).parse(JSON.parse(stdout));
  return id === undefined ? undefined : { id, member: tableId ?? device };
}

/** Which package has a program that not everybody has installed. */
const PACKAGES: Readonly<Record<string, string>> = {
  ldmtool: "ldmtool",
  "vmfs-fuse": "vmfs-tools",
  "vmfs6-fuse": "vmfs6-tools",
  "qemu-nbd": "qemu-utils",
  "rbd-nbd": "rbd-nbd",
  sfdisk: "fdisk",
  blkid: "util-linux",
  mount: "mount",
  "mount.ntfs-3g": "ntfs-3g",
  dmsetup: "dmsetup",
  pvs: "lvm2",
  vgimportclone: "lvm2",
  modprobe: "kmod",
  udevadm: "udev",
};

/** In one short line, as it stands in the tree. */
export function describeTrouble(error: unknown): string {
  if (!(error instanceof CommandError)) return describeError(error).split("\n")[0] ?? "";
  const [stage] = error.stages;
  if (stage === undefined) return error.message;
  const unstarted = stage.code === undefined && stage.signal === undefined;
  const lacked = unstarted ? stage.file : lackedBy(stage);
  if (lacked !== undefined) return describeMissing({ file: lacked, args: [] });
  // mount's last line sends one to the kernel's log, its first ones begin with where; LVM warns of what it is told to do.
  const lines = stage.stderr.split("\n").filter((line) => line.trim() !== "");
  const said = lines.findLast((line) => !/dmesg\(1\)|^\s*WARNING:/.test(line));
  return said?.trim().replace(/^mount: \S+: /, "") ?? error.message;
}

export function describeMissing({ file }: Command): string {
  const name = file.split("/").at(-1) ?? file;
  const from = PACKAGES[name];
  return `${name} is not installed${from === undefined ? "" : ` (Debian: ${from})`}`;
}
