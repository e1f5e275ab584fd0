import { mkdir, rmdir } from "node:fs/promises";
import { BackurneError } from "@backurne/model";
import { isMounted } from "../programs/kernel.ts";
import { unmount } from "../programs/mount.ts";
import type { LayerKind } from "../types.ts";

export interface RoomRecord {
  readonly at: string;
}

/**
 * The directory of all mount points: root's alone, gone with a reboot, and what is mounted in it is not seen in namespaces that
 * there are. One that is made meanwhile (each service with a /tmp of its own has one) gets a copy: shared, so that it is
 * unmounted there when it is here, and pins nothing.
 */
export const room: LayerKind<RoomRecord> = {
  probe: () => [],
  plan: async (_, { room: at }) => ({ at }),
  async open({ at }, { run, id }) {
    await mkdir(at, { recursive: true, mode: 0o700 });
    const options = "mode=0700,size=1m,nodev,nosuid,noexec";
    await run({ file: "mount", args: ["-t", "tmpfs", "-o", options, `backurne-${id}`, at] });
    await run({ file: "mount", args: ["--make-private", at] });
    await run({ file: "mount", args: ["--make-shared", at] });
    return { found: [] };
  },
  async close({ at }, context) {
    await unmount(at, context);
    await rmdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return;
      throw new BackurneError("unexpected", `${at} cannot be removed: ${error.message}`, { cause: error });
    });
  },
  missing: async ({ at }) => ((await isMounted(at)) ? [] : [`${at} is not mounted`]),
};
