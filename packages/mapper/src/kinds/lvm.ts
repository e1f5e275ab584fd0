import { BackurneError } from "@backurne/model";
import { ALONE, describeBusy } from "../programs/dm.ts";
import { kernelName, readMapped } from "../programs/kernel.ts";
import { lvm as command, parseVolumes } from "../programs/lvm.ts";
import { groupMembers } from "../group.ts";
import type { LayerKind } from "../types.ts";

export interface LvmRecord {
  /** The name it gets: ours alone, whatever others of its name are open. */
  readonly group: string;
  readonly original: string;
  readonly lacking: number;
  readonly devices: readonly string[];
}

/** A volume group of one or more physical volumes, under a new name and with new UUIDs: the clone's are changed. */
export const lvm: LayerKind<LvmRecord> = {
  probe: (targets) =>
    groupMembers(targets, ({ contents: { volumeGroup } }) =>
      volumeGroup === undefined ? undefined : { group: volumeGroup.id, member: volumeGroup.member },
    ),
  async plan(targets, { id, unique }) {
    const { name = "", count = 0 } = targets[0]?.contents.volumeGroup ?? {};
    const group = unique(`backurne_${id}_${name.slice(0, 60)}`);
    const devices = targets.map(({ device }) => device);
    return { group, original: name, lacking: count - devices.length, devices };
  },
  async open({ group, original, lacking, devices }, { run, unique }) {
    if (lacking > 0) {
      const hint = "map the guest's other disks with it: --with";
      throw new BackurneError("refused", `${original} lacks ${lacking} of its physical volumes; ${hint}`);
    }
    await run(command("vgimportclone", devices, ["--basevgname", group, ...devices]));
    await run(command("vgchange", devices, ["--activate", "y", group]));
    const fields = "lv_name,lv_dm_path,lv_attr,lv_active";
    const { stdout } = await run(command("lvs", devices, ["--reportformat", "json", "-o", fields, group]));
    const found = parseVolumes(stdout).map(({ name, device }) => ({
      device,
      name: unique(`${original}-${name}`),
      on: devices,
    }));
    return { found };
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
  missing: async ({ group }) => ((await standing(group)).length > 0 ? [] : [`no volume of ${group} is active`]),
};

/** The device mapper doubles the hyphens of both names and puts one between them. */
async function standing(group: string): Promise<readonly string[]> {
  const prefix = `${group.replaceAll("-", "--")}-`;
  return [...(await readMapped()).keys()].filter((name) => name.startsWith(prefix) && name[prefix.length] !== "-");
}

async function kernelNameOf(name: string): Promise<string> {
  return kernelName(`/dev/mapper/${name}`).catch(() => name);
}
