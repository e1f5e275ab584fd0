import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "@backurne/exec";
import { BackurneError } from "@backurne/model";
import { isMounted } from "../programs/kernel.ts";
import { tame, unmount } from "../programs/mount.ts";
import type { Found, LayerKind, MapContext } from "../types.ts";
import { findDisks } from "../walk.ts";

export interface VmfsRecord {
  readonly device: string;
  readonly version: string;
  readonly at: string;
}

/** A datastore of VMware's, read-only: neither program writes. Which one can read it, only trying tells. */
export const vmfs: LayerKind<VmfsRecord> = {
  probe: (targets) => targets.filter(({ contents: { type } }) => isVmfs(type)).map((target) => [target]),
  async plan([target], { room, unique }) {
    const { device, name, contents } = target!;
    return { device, version: contents.version ?? "", at: join(room, unique(name, "mount points")) };
  },
  async open({ device, version, at }, context) {
    await mkdir(at);
    const programs = version.startsWith("6") ? ["vmfs6-fuse", "vmfs-fuse"] : ["vmfs-fuse", "vmfs6-fuse"];
    await tryEach(programs, { device, at }, context);
    await tame(at, context);
    const { disks, unseen } = await findDisks(at);
    const found = disks.map((path): Found => {
      const name = context.unique(nameOf(path));
      return { device: path, file: join(at, path), name, on: [device] };
    });
    return { found, left: unseen.map(({ path, why }) => ({ device: path, on: [device], why })), mountpoint: at };
  },
  async close({ at }, context) {
    await unmount(at, context);
    await rmdir(at).catch(() => undefined);
  },
  missing: async ({ at }) => ((await isMounted(at)) ? [] : [`${at} is not mounted`]),
};

function isVmfs(type: string | undefined): boolean {
  return type === "VMFS_volume_member" || type === "VMFS";
}

async function tryEach(
  programs: readonly string[],
  { device, at }: { readonly device: string; readonly at: string },
  { run, endProcesses }: MapContext,
): Promise<void> {
  let first: unknown;
  for (const file of programs) {
    try {
      await run({ file, args: [device, at] });
      if (await isMounted(at)) return;
      throw new BackurneError("unexpected", `${file} mounted nothing`);
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof BackurneError)) throw error;
      first ??= error;
      await endProcesses();
    }
  }
  throw first;
}

/** `web01/web01-flat.vmdk`: `web01` */
function nameOf(path: string): string {
  return (path.split("/").at(-1) ?? "").replace(/(-flat)?\.vmdk$/i, "");
}
