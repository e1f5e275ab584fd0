import { BackurneError } from "@backurne/model";
import { ALONE, describeBusy } from "../programs/dm.ts";
import { kernelName, readMapped } from "../programs/kernel.ts";
import { describeTrouble } from "../programs/look.ts";
import { lvm as command, parseVolumes, VOLUMES, type Volume } from "../programs/lvm.ts";
import { groupMembers } from "../group.ts";
import type { Found, LayerKind, Left, MapContext } from "../types.ts";

export interface LvmRecord {
  /** The name it gets: ours alone, whatever others of its name are open. */
  readonly group: string;
  readonly original: string;
  readonly lacking: number;
  readonly devices: readonly string[];
  /** All it had before anything was done; then those that are open. */
  readonly volumes: readonly Pick<Volume, "name" | "size">[];
}

const HINT = "map the guest's other disks with it: --with";

/** A volume group of one or more physical volumes, under a new name and with new UUIDs: the clone's are changed. */
export const lvm: LayerKind<LvmRecord> = {
  probe: (targets) =>
    groupMembers(targets, ({ contents: { volumeGroup } }) =>
      volumeGroup === undefined ? undefined : { group: volumeGroup.id, member: volumeGroup.member },
    ),
  async plan(targets, { id, run, unique }) {
    const { name = "", count = 0 } = targets[0]?.contents.volumeGroup ?? {};
    const group = unique(`backurne_${id}_${name.slice(0, 60)}`);
    const devices = targets.map(({ device }) => device);
    const volumes = parseVolumes((await run(command("lvs", devices, VOLUMES))).stdout);
    return {
      group,
      original: name,
      lacking: count - devices.length,
      devices,
      volumes: volumes.map(nameOf),
    };
  },
  async open(record, context) {
    const { group, lacking, devices, volumes } = record;
    const { run, unique } = context;
    if (lacking > 0) await doWithout(record, context);
    await run(command("vgimportclone", devices, ["--basevgname", group, ...devices]));
    // 5: not all of them can be.
    await run({ ...command("vgchange", devices, [...ACTIVATE, group]), answers: [5] });
    const there = await readVolumes(record, context);
    const found: Found[] = [];
    const left: Left[] = volumes
      .filter(({ name }) => !there.some((one) => one.name === name))
      .map(({ name, size }) => ({ ...leafOf(record, name), size, why: `it lacks a physical volume; ${HINT}` }));
    for (const { name, device, size, active } of there) {
      try {
        if (!active) await run(command("lvchange", devices, [...ACTIVATE, `${group}/${name}`]));
        found.push({ device, name: unique(`${record.original}-${name}`), on: devices });
      } catch (error) {
        left.push({ ...leafOf(record, name), size, why: describeTrouble(error) });
      }
    }
    const open = there.filter(({ device }) => found.some((one) => one.device === device));
    return { found, left, record: { ...record, volumes: open.map(nameOf) } };
  },
  async close({ group, devices }, { run }) {
    if ((await standing(group)).length > 0)
      await run(command("vgchange", devices, ["--activate", "n", group])).catch(() => undefined);
    // Where the devices have gone from under it, LVM sees no group any more, and what it made stays.
    for (let before = -1, left = await standing(group); left.length > 0; left = await standing(group)) {
      if (left.length === before) throw await describeBusy(`/dev/mapper/${left[0]}`, await kernelNameOf(left[0] ?? ""));
      before = left.length;
      const args = ["remove", ...ALONE, "--retry"];
      for (const name of left) await run({ file: "dmsetup", args: [...args, name], answers: [1] });
    }
  },
  async missing({ group, volumes }) {
    const mapped = await readMapped();
    return volumes
      .filter(({ name }) => !mapped.has(mappedName(group, name)))
      .map(({ name }) => `${group}/${name} is not active`);
  },
};

/** Snapshots of thin volumes ask to be skipped; to see them is what somebody came for. */
const ACTIVATE = ["--activate", "y", "--ignoreactivationskip"];

/** What stands on others alone is taken out of the clone's group: with a volume lacking, it can neither be renamed nor opened. */
async function doWithout({ original, lacking, devices }: LvmRecord, { run }: MapContext): Promise<void> {
  try {
    await run(command("vgreduce", devices, ["--yes", "--removemissing", "--force", "--", original]));
  } catch (cause) {
    throw new BackurneError("refused", `${original} lacks ${lacking} of its physical volumes; ${HINT}`, { cause });
  }
}

async function readVolumes({ group, devices }: LvmRecord, { run }: MapContext): Promise<readonly Volume[]> {
  return parseVolumes((await run(command("lvs", devices, [...VOLUMES, group]))).stdout);
}

function nameOf({ name, size }: Volume): LvmRecord["volumes"][number] {
  return { name, size };
}

function leafOf({ original, devices }: LvmRecord, volume: string): Pick<Left, "device" | "on"> {
  return { device: `${original}/${volume}`, on: devices };
}

/** The device mapper doubles the hyphens of both names and puts one between them. */
function mappedName(group: string, volume = ""): string {
  return `${group.replaceAll("-", "--")}-${volume.replaceAll("-", "--")}`;
}

async function standing(group: string): Promise<readonly string[]> {
  const prefix = mappedName(group);
  return [...(await readMapped()).keys()].filter((name) => name.startsWith(prefix) && name[prefix.length] !== "-");
}

async function kernelNameOf(name: string): Promise<string> {
  return kernelName(`/dev/mapper/${name}`).catch(() => name);
}
