import { createMapped, removeMapped, type Table } from "../programs/dm.ts";
import { readMapped } from "../programs/kernel.ts";
import { ldmtool, parseDisk, parseGroup, parseLdmVolume, parsePart, type LdmDisk } from "../programs/ldmtool.ts";
import { tablesOf } from "../programs/ldm-table.ts";
import { groupMembers } from "../group.ts";
import type { LayerKind, MapContext } from "../types.ts";

interface LdmShown {
  readonly name: string;
  readonly tables: readonly Table[];
  readonly on: readonly string[];
}

export interface LdmRecord {
  readonly group: string;
  readonly volumes: readonly LdmShown[];
}

/**
 * Windows' dynamic disks. ldmtool reads their database, and the tables are ours: those it makes have the same names and
 * UUIDs for every copy of a disk, so that no two could be open. Volumes that lack disks are not shown.
 */
export const ldm: LayerKind<LdmRecord> = {
  probe: (targets) =>
    groupMembers(targets, ({ contents: { diskGroup } }) =>
      diskGroup === undefined ? undefined : { group: diskGroup.id, member: diskGroup.member },
    ),
  async plan(targets, context) {
    const devices = targets.map(({ device }) => device);
    const group = targets[0]?.contents.diskGroup?.id ?? "";
    return { group, volumes: await readVolumes(devices, group, context) };
  },
  async open({ volumes }, context) {
    for (const table of volumes.flatMap(({ tables }) => tables)) await createMapped(table, context);
    return {
      found: volumes.map(({ name, tables, on }) => ({ device: `/dev/mapper/${tables.at(-1)?.name}`, name, on })),
    };
  },
  close: ({ volumes }, context) => removeMapped(namesOf(volumes), context),
  async missing({ volumes }) {
    const standing = await readMapped();
    return namesOf(volumes)
      .filter((name) => !standing.has(name))
      .map((name) => `/dev/mapper/${name} is gone`);
  },
};

function namesOf(volumes: readonly LdmShown[]): readonly string[] {
  return volumes.flatMap(({ tables }) => tables.map(({ name }) => name));
}

async function readVolumes(
  devices: readonly string[],
  group: string,
  { run, id, unique }: MapContext,
): Promise<readonly LdmShown[]> {
  const show = async (what: string, ...name: readonly string[]): Promise<string> =>
    (await run(ldmtool(devices, ["show", what, group, ...name]))).stdout;
  const { volumes, disks: names } = parseGroup(await show("diskgroup"));
  const disks = new Map<string, LdmDisk>();
  for (const name of names) disks.set(name, parseDisk(await show("disk", name)));
  const shown: LdmShown[] = [];
  for (const one of volumes.toSorted()) {
    const volume = parseLdmVolume(await show("volume", one));
    const parts = [];
    for (const part of volume.parts) parts.push(parsePart(await show("partition", part)));
    const name = unique(volume.name);
    const tables = tablesOf(volume, { name: `backurne_${id}_${name}`, parts, disks });
    const on = new Set(parts.flatMap(({ disk }) => disks.get(disk)?.device ?? []));
    if (tables.length > 0) shown.push({ name, tables, on: [...on] });
  }
  return shown;
}
