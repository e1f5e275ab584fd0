import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProfileSettings, ProxmoxCluster } from "@backurne/model";
import { type GuestSettings, type Simulator, type SimulatorOptions, startSimulator } from "@backurne/proxmox-simulator";
import { rbd } from "@backurne/sandbox";
import { onTestFinished } from "vitest";
import { MiB, openArena, write, writeHead, type Arena } from "./arena.ts";
import { compareWithSources } from "./honest.ts";
import { openStorages, whereIs, type StorageName } from "./storages.ts";

/** An arena whose live side is a simulated Proxmox cluster, called `px`, with two storages. */
export interface ProxmoxArena extends Arena {
  readonly simulator: Simulator;
  /** Changes the settings of the cluster. */
  configure(changes: Partial<ProxmoxCluster>): void;
  /** Makes a guest and the images of its disks. */
  addGuest(given: GivenGuest): Promise<Guest>;
  /** Makes an image with some bytes in it; returns the volume as configurations name it. */
  createVolume(storage: StorageName, image: string, size?: number): Promise<string>;
  /** New bytes at the head of a volume. */
  scrawl(volume: string): Promise<void>;
  /** `rbd` for a volume: `rbd("fast:vm-100-disk-0", "snap", "ls")`. */
  rbd(volume: string, ...args: readonly string[]): Promise<string>;
  /** Names of the snapshots that stand on a volume. */
  standing(volume: string): Promise<readonly string[]>;
}

export interface GivenGuest {
  readonly vmid: number;
  readonly name: string;
  /** By adapter: the first image is called `vm-VMID-disk-0`. */
  readonly disks: Readonly<Record<string, StorageName>>;
  /** Of the configuration: more, or in the place of what would stand there. */
  readonly config?: Readonly<Record<string, string | number | undefined>>;
  readonly rest?: Partial<Pick<GuestSettings, "kind" | "node" | "status" | "agent" | "pool">>;
}

export interface Guest {
  readonly vmid: number;
  readonly uuid: string;
  /** Name of the backup image of one of its disks. */
  chain(adapter: string): string;
}

export type ProxmoxOptions = Omit<SimulatorOptions, "storages" | "guests"> & {
  readonly profiles?: readonly Partial<ProfileSettings>[];
};

export async function openProxmoxArena({ profiles, ...options }: ProxmoxOptions = {}): Promise<ProxmoxArena> {
  const arena = await openArena(profiles);
  const { places, rows, reaches } = await openStorages(arena.sandbox, arena.pool);
  const simulator = await startSimulator({ ...options, storages: rows });
  onTestFinished(() => letGo(simulator).finally(() => simulator.close()));
  const cluster = settingsFor(simulator, { profiles: arena.settings.profiles, storages: reaches });
  arena.settings = { ...arena.settings, liveClusters: [cluster] };
  const seen = new Map<string, string>();

  function find(volume: string) {
    const [storage = "", image = ""] = volume.split(":");
    const place = places[storage as StorageName];
    return { cluster: place.cluster, where: whereIs(place, image.replace(/^.*\//, "")) };
  }

  async function scrawl(volume: string): Promise<void> {
    const { cluster: ceph, where } = find(volume);
    await writeHead(ceph, where, [write(MiB, MiB / 2)]);
  }

  async function callRbd(volume: string, ...args: readonly string[]): Promise<string> {
    const { cluster: ceph, where } = find(volume);
    return rbd(ceph, [...args, ...where]);
  }

  async function createVolume(storage: StorageName, image: string, size = 4 * MiB): Promise<string> {
    const volume = `${storage}:${image}`;
    await callRbd(volume, "create", "--size", `${size}B`);
    await scrawl(volume);
    return volume;
  }

  return Object.assign(arena, {
    simulator,
    scrawl,
    createVolume,
    rbd: callRbd,
    async standing(volume: string) {
      const listed = JSON.parse(await callRbd(volume, "snap", "ls", "--format", "json")) as { readonly name: string }[];
      return listed.map(({ name }) => name);
    },
    configure(changes: Partial<ProxmoxCluster>) {
      const changed = arena.settings.liveClusters.map((one) => (one.kind === "proxmox" ? { ...one, ...changes } : one));
      arena.settings = { ...arena.settings, liveClusters: changed };
    },
    async addGuest({ vmid, name, disks, config, rest }: GivenGuest) {
      const uuid = randomUUID();
      const volumes = await Promise.all(
        Object.entries(disks).map(async ([adapter, storage], index) => {
          return [adapter, `${await createVolume(storage, `vm-${vmid}-disk-${index}`)},size=4M`] as const;
        }),
      );
      const named = rest?.kind === "lxc" ? { hostname: name } : { name, agent: "1", smbios1: `uuid=${uuid}` };
      const whole = { ...named, ...Object.fromEntries(volumes), ...config };
      simulator.cluster.changes.addGuest({ kind: "qemu", node: "pve1", ...rest, vmid, config: whole } as GuestSettings);
      return { vmid, uuid, chain: (adapter: string) => `${uuid};${adapter};${name}` };
    },
    async assertHonest() {
      if ((await compareWithSources(arena, seen)) === 0) throw new Error("nothing was compared with its source");
    },
  });
}

/** A watchdog goes on for an hour where nobody answers it: a test that failed lets it end. */
async function letGo({ faults, cluster }: Simulator): Promise<void> {
  faults.clear();
  for (const vmid of cluster.guests.keys()) cluster.changes.revive(vmid);
  const frozen = () => [...cluster.guests.values()].some(({ agent }) => agent.frozen > 0);
  for (let left = 100; frozen() && left > 0; left -= 1) await sleep(100);
}

function settingsFor(
  { access }: Pick<Simulator, "access">,
  given: Pick<ProxmoxCluster, "profiles" | "storages">,
): ProxmoxCluster {
  const { tokenId, tokenSecret, caFile, endpoints } = access;
  return {
    ...given,
    kind: "proxmox",
    name: "px",
    identPrefix: "",
    rules: [],
    liveWorker: 12,
    compression: false,
    hooks: { timeout: 600_000 },
    api: {
      hosts: endpoints.map(({ host, port }) => `${host}:${port}`),
      port: 8006,
      login: { tokenId, tokenSecret },
      tls: { caFile },
    },
    useSmbios: true,
    uuidFallback: true,
    // Whoever looks for a storage in this way does not find it.
    defaultReach: { ssh: { configFile: "/dev/null" } },
  };
}
