import { mkdir, rm, writeFile } from "node:fs/promises";
import { isThere, readOr } from "../programs/kernel.ts";
import { MARK } from "../programs/processes.ts";
import type { LayerKind, MapContext } from "../types.ts";

export interface UdevRecord {
  /** Absent where no udev runs. */
  readonly path?: string | undefined;
  readonly rules: string;
}

const DIRECTORY = "/run/udev/rules.d";

/**
 * What a host does by itself with each new disk, it does not do with a guest's: activate its volume groups, assemble its
 * arrays, register its btrfs, lead `/dev/disk/by-uuid` to it, mount it on somebody's desktop.
 */
export const udev: LayerKind<UdevRecord> = {
  probe: () => [],
  async plan(_, { id, uuid }) {
    return { ...((await runs()) && { path: `${DIRECTORY}/12-backurne-${uuid}.rules` }), rules: rulesOf(id, uuid) };
  },
  async open({ path, rules }, context) {
    if (path !== undefined) {
      await mkdir(DIRECTORY, { recursive: true });
      await writeFile(path, rules, { mode: 0o644 });
      await reload(context);
    }
    return { found: [] };
  },
  async close({ path }, context) {
    if (path === undefined || !(await isThere(path))) return;
    await rm(path, { force: true });
    await reload(context).catch(() => undefined); // it finds that by itself, some seconds later
  },
  missing: async ({ path }) => (path === undefined || (await isThere(path)) ? [] : [`${path} is gone`]),
};

/**
 * Each of these words is one that somebody's rules ask for: those that look for signatures, LVM and multipath, the device
 * mapper, systemd and mdadm, udisks; and nobody is told when such a device was written to.
 */
const LEAVE = [
  'ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1"',
  'ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1"',
  'ENV{DM_UDEV_DISABLE_DISK_RULES_FLAG}="1"',
  'ENV{SYSTEMD_READY}="0"',
  'ENV{UDISKS_IGNORE}="1"',
  'OPTIONS:="nowatch"',
].join(", ");

/** Ours alone: nbd devices are known by who serves them, those of the device mapper by their names. */
export function rulesOf(id: string, uuid: string): string {
  const served = `PROGRAM=="/bin/grep -qz ^${MARK}=${uuid}: /proc/$attr{pid}/environ"`;
  return [
    `# By backurne, as long as ${id} is mapped: this host makes nothing of what a guest wrote.`,
    `SUBSYSTEM=="block", KERNEL=="nbd*", ATTRS{pid}=="?*", ${served}, ${LEAVE}`,
    `SUBSYSTEM=="block", KERNEL=="dm-*", ATTR{dm/name}=="backurne_${id}_*", ${LEAVE}`,
    "",
  ].join("\n");
}

/** Returns when the next event is judged by the rules as they are now. */
async function reload({ run }: Pick<MapContext, "run">): Promise<void> {
  if (await runs()) await run({ file: "udevadm", args: ["control", "--reload"] });
}

/** Somebody listens: the file alone may be a dead one's. */
async function runs(): Promise<boolean> {
  return (await readOr("/proc/net/unix", "")).includes(" /run/udev/control");
}
