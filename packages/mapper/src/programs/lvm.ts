import type { Command } from "@backurne/exec";
import { z } from "zod";
import type { Contents } from "../types.ts";

/**
 * Nothing of the host's LVM is used or written: not its configuration, which may forbid to activate what is not the host's,
 * not its devices file, not its backups of metadata, not its monitoring; and device nodes are made by LVM itself, whether udev
 * runs or not. A pool on a clone needs no check before it is looked at.
 */
const CONFIG = [
  'devices{use_devicesfile=0 hints="none"}',
  "activation{udev_sync=0 udev_rules=0 monitoring=0}",
  "backup{backup=0 archive=0}",
  'global{use_lvmpolld=0 event_activation=0 thin_check_executable="" cache_check_executable=""}',
].join(" ");

/** It sees these devices and no others: volume groups of one name, and of one UUID, stay apart. */
export function lvm(program: string, devices: readonly string[], args: readonly string[]): Command {
  const env = { LVM_SYSTEM_DIR: "" };
  return { file: program, args: ["--devices", devices.join(","), "--config", CONFIG, ...args], env };
}

function reportOf<S extends z.ZodType>(row: S) {
  return z.object({ report: z.array(z.record(z.string(), z.array(row))) });
}

const member = z.object({ vg_uuid: z.string(), vg_name: z.string(), pv_uuid: z.string(), pv_count: z.string() });

/** undefined: a physical volume of no group. */
export function parseMember(text: string): Contents["volumeGroup"] {
  const [row] = reportOf(member)
    .parse(JSON.parse(text))
    .report.flatMap((rows) => Object.values(rows).flat());
  if (row === undefined || row.vg_name === "") return undefined;
  return { id: row.vg_uuid, name: row.vg_name, member: row.pv_uuid, count: Number(row.pv_count) };
}

export interface Volume {
  readonly name: string;
  readonly device: string;
  /** Bytes. */
  readonly size: number;
  readonly active: boolean;
}

const volume = z.object({
  lv_name: z.string(),
  lv_dm_path: z.string(),
  lv_size: z.string(),
  lv_layout: z.string(),
  lv_active: z.string(),
});

/** What `parseVolumes` reads. */
export const VOLUMES = ["--reportformat", "json", "--units", "b", "--nosuffix", "-o", Object.keys(volume.shape).join()];

/** Those that hold data of their own: a pool's are in its thin volumes. */
export function parseVolumes(text: string): readonly Volume[] {
  const rows = reportOf(volume)
    .parse(JSON.parse(text))
    .report.flatMap((one) => Object.values(one).flat());
  return rows
    .filter(({ lv_layout }) => !lv_layout.split(",").includes("pool"))
    .map(({ lv_name, lv_dm_path, lv_size, lv_active }) => ({
      name: lv_name,
      device: lv_dm_path,
      size: Number(lv_size),
      active: lv_active === "active",
    }));
}
