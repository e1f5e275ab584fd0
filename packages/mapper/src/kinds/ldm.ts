import { BackurneError } from "@backurne/model";
import { bounded } from "../programs/bounded.ts";
import { createMapped, removeMapped, type Table } from "../programs/dm.ts";
import { readMapped } from "../programs/kernel.ts";
import {
  ldmtool,
  parseDisk,
  parseGroup,
  parseLdmVolume,
  parsePart,
  type LdmDisk,
  type LdmVolume,
  type Part,
} from "../programs/ldmtool.ts";
import { tablesOf } from "../programs/ldm-table.ts";
import { describeTrouble } from "../programs/look.ts";
import { groupMembers } from "../group.ts";
import type { Found, LayerKind, Left, MapContext } from "../types.ts";

interface LdmShown {
  readonly name: string;
  readonly tables: readonly Table[];
  readonly on: readonly string[];
}

export interface LdmRecord {
  readonly group: string;
  readonly volumes: readonly LdmShown[];
  readonly left: readonly Left[];
}

/** Programs that are started to read one database, at most. */
const MOST = 500;

/**
 * Windows' dynamic disks. ldmtool reads their database, and the tables are ours: those it makes have the same names and
 * UUIDs for every copy of a disk, so that no two could be open. Volumes that lack disks are leaves.
 */
export const ldm: LayerKind<LdmRecord> = {
  probe: (targets) =>
    groupMembers(targets, ({ contents: { diskGroup } }) =>
      diskGroup === undefined ? undefined : { group: diskGroup.id, member: diskGroup.member },
    ),
  async plan(targets, context) {
    const devices = targets.map(({ device }) => device);
    const group = targets[0]?.contents.diskGroup?.id ?? "";
    return { group, ...(await readVolumes(devices, group, context)) };
  },
  async open(record, context) {
    const open: LdmShown[] = [];
    const left = [...record.left];
    for (const volume of record.volumes) {
      try {
        for (const table of volume.tables) await createMapped(table, context);
        open.push(volume);
      } catch (error) {
        await removeMapped(namesOf([volume]), context);
        left.push({ device: volume.name, on: volume.on, why: describeTrouble(error) });
      }
    }
    const found = open.map(({ name, tables, on }): Found => ({
      device: `/dev/mapper/${tables.at(-1)?.name}`,
      name,
      on,
    }));
    return { found, left, record: { ...record, volumes: open, left } };
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
): Promise<Omit<LdmRecord, "group">> {
  let runs = 0;
  const show = async (what: string, ...name: readonly string[]): Promise<string> => {
    if ((runs += 1) > MOST) throw new BackurneError("refused", "its database holds more than is looked at");
    return (await run(bounded(ldmtool(devices, ["show", what, group, ...name])))).stdout;
  };
  const { volumes, disks: names } = parseGroup(await show("diskgroup"));
  const disks = new Map<string, LdmDisk>();
  for (const name of names) disks.set(name, parseDisk(await show("disk", name)));

  const shown: LdmShown[] = [];
  const left: Left[] = [];

  async function read(one: string): Promise<void> {
    const volume = parseLdmVolume(await show("volume", one));
    const parts: Part[] = [];
    for (const part of volume.parts) parts.push(parsePart(await show("partition", part)));
    const name = unique(volume.name);
    const tables = tablesOf(volume, { name: `backurne_${id}_${name}`, parts, disks });
    const on = new Set(parts.flatMap(({ disk }) => disks.get(disk)?.device ?? []));
    if (tables.length > 0) shown.push({ name, tables, on: [...on] });
    else left.push({ device: volume.name, on: devices, size: volume.size * 512, why: whyNot(volume, on.size, parts) });
  }

  for (const one of volumes.toSorted())
    await read(one).catch((error: unknown) => left.push({ device: one, on: devices, why: describeTrouble(error) }));
  return { volumes: shown, left };
}

function whyNot({ type }: LdmVolume, present: number, parts: readonly Part[]): string {
  const lacking = new Set(parts.map(({ disk }) => disk)).size - present;
  if (lacking === 0) return `a volume of a kind that is not opened: ${type}`;
  return `it lacks ${lacking} of its disks; map the guest's other disks with it: --with`;
}
