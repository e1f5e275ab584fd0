import { openProxmoxCluster, type ProxmoxAccess } from "@backurne/cluster-proxmox";
import { conformCluster, type Harness } from "@backurne/cluster/conformance";
import { createExecutor, createGroupRunner, startGuard } from "@backurne/exec";
import type { ProxmoxCluster } from "@backurne/model";
import { openObjects, openPool } from "@backurne/rbd";
import { compress, sshTransport } from "@backurne/ssh";
import { describe, onTestFinished } from "vitest";
import { MiB } from "../src/arena.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";

const executor = createExecutor();

/** As the front door composes it. */
const reach: ProxmoxAccess["reach"] = ({ ssh }, address) => {
  const run = createGroupRunner(executor, sshTransport(ssh, "control"));
  return {
    pool: openPool({ address, run, place: ssh.host }),
    objects: openObjects({ address, run }),
    bulk: sshTransport(ssh, "bulk"),
  };
};

function openCluster({ settings }: ProxmoxArena, changes: Partial<ProxmoxCluster> = {}) {
  const [own] = settings.liveClusters as [ProxmoxCluster];
  const guard: ProxmoxAccess["guard"] = (command, order) => startGuard(command, order);
  const cluster = openProxmoxCluster({ ...own, ...changes }, { reach, guard, compress, digest: "xxhsum" });
  onTestFinished(() => cluster.close());
  return cluster;
}

/** Every image is the disk of a guest of its own, and named as Proxmox does: the wanted name, without blanks, stands behind the number. */
async function openHarness(): Promise<Harness> {
  const arena = await openProxmoxArena();
  let vmid = 100;
  async function createImage(wanted: string, snapshots: readonly string[]): Promise<string> {
    const image = `vm-${(vmid += 1)}-${wanted.replaceAll(/\s/g, "_")}`;
    const volume = await arena.createVolume("fast", image, 8 * MiB);
    for (const name of snapshots) await arena.rbd(volume, "snap", "create", "--no-progress", `--snap=${name}`);
    await arena.addGuest({ vmid, name: `guest-${vmid}`, disks: {}, config: { scsi0: `${volume},size=8M` } });
    return image;
  }
  return {
    executor,
    createImage,
    open: async () => openCluster(arena),
    async openBroken() {
      await createImage("one", []);
      return openCluster(arena, { storages: {} }); // nobody is reached under their names
    },
  };
}

describe("a Proxmox cluster", () => {
  conformCluster(openHarness);
});
