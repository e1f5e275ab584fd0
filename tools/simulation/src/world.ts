import { destinationOf } from "@backurne/cluster";
import { LEASE_TIMES, runBackup, type House, type RunOptions } from "@backurne/engine";
import { describeError, type ProfileSettings, type RunEvent, type RunReport } from "@backurne/model";
import type { RadosObjects } from "@backurne/rbd";
import { foldReport } from "@backurne/reports";
import { HERE, openCluster } from "./clusters.ts";
import { simulateExecutor } from "./executor.ts";
import type { SimulatedGuest } from "./guests.ts";
import { noted, type Witness } from "./noted.ts";
import { simulateObjects } from "./objects.ts";
import { simulatePool, type SimulatedPool } from "./pool.ts";
import { DIGEST, HOOKS, settingsOf } from "./settings.ts";

export interface WorldOptions {
  readonly profiles?: readonly ProfileSettings[];
  /** Names of plain clusters. */
  readonly plain?: readonly string[];
  /** Guests of Proxmox clusters, by the cluster's name. */
  readonly proxmox?: Readonly<Record<string, readonly SimulatedGuest[]>>;
  /** Every hook is configured. */
  readonly hooks?: boolean;
}

/** The engine as it is, on any number of hosts, between pools in memory, with one clock that a test turns. */
export interface World {
  /** Epoch ms. */
  now: number;
  readonly backup: SimulatedPool;
  /** Of the backup pool. */
  readonly objects: RadosObjects;
  /** What all hosts asked of pools, objects, agents and hooks, in order: `px1 createSnapshot vm-100-scsi0`. */
  readonly calls: string[];
  /** Comes before each of them, and holds it up or makes it fail. */
  before: Witness | undefined;
  live(cluster: string): SimulatedPool;
  host(name: string, changes?: Partial<House>): House;
}

export interface Ran {
  readonly report: RunReport;
  readonly events: readonly RunEvent[];
}

export async function backUp(house: House, options: RunOptions = {}): Promise<Ran> {
  const events: RunEvent[] = [];
  await runBackup(house, options, (event) => events.push(event));
  return { report: foldReport(events), events };
}

/** One plain cluster `alpha`, unless others are named. */
export function openWorld(options: WorldOptions = {}): World {
  const { profiles = [], proxmox = {}, plain = options.proxmox ? [] : ["alpha"] } = options;
  const calls: string[] = [];
  const clock = (): number => world.now;
  const see: Witness = (call) => {
    calls.push(call);
    return world.before?.(call);
  };
  const open = (place: string): SimulatedPool => {
    const pool = simulatePool(place, clock);
    return { ...pool, rbd: noted(pool.rbd, place, see), trashcan: noted(pool.trashcan, `${place} trash`, see) };
  };
  const backup = open("backup");
  const objects = noted(simulateObjects(clock, "fsid of backup"), "backup", see);
  const sites = [...plain, ...Object.keys(proxmox)].map((name) => ({ name, pool: open(name), guests: proxmox[name] }));
  const shape = { profiles, hooks: options.hooks ? HOOKS : { timeout: HOOKS.timeout } };
  const clusters = sites.map((site) => openCluster(site, shape, see));
  const liveClusters = clusters.map(({ settings }) => settings);
  const house: Omit<House, "host"> = {
    settings: settingsOf(liveClusters, profiles),
    executor: simulateExecutor([backup, ...sites.map(({ pool }) => pool)], see),
    backup: backup.rbd,
    trash: backup.trashcan,
    objects,
    mapper: NO_DEVICES,
    clusters,
    openBackup: (address) =>
      destinationOf(address, { digest: DIGEST, reach: () => ({ pool: backup.rbd, objects, bulk: HERE }) }),
    version: "0",
    now: clock,
    leaseTimes: LEASE_TIMES,
    digest: DIGEST,
    runHook: simulateHooks(see),
  };
  const world: World = {
    now: Date.parse("2026-01-01T01:00:00Z"),
    backup,
    objects,
    calls,
    before: undefined,
    live(cluster) {
      const site = sites.find(({ name }) => name === cluster);
      if (!site) throw new Error(`no such cluster: ${cluster}`);
      return site.pool;
    },
    host: (host, changes) => ({ ...house, host, ...changes }),
  };
  return world;
}

const noDevices = (): never => {
  throw new Error("there are no block devices in memory");
};
const NO_DEVICES: House["mapper"] = {
  check: noDevices,
  map: noDevices,
  unmap: noDevices,
  list: noDevices,
  find: noDevices,
  sweep: noDevices,
};

/** A hook fails where `before` does, and where the run is stopped: then its program is killed. */
function simulateHooks(see: Witness): House["runHook"] {
  return async ({ kind, guest, image }, signal) => {
    try {
      signal?.throwIfAborted();
      await see(`hook ${kind} ${image ?? guest}`);
      signal?.throwIfAborted();
      return { output: "" };
    } catch (error) {
      return { output: "", failure: describeError(error) };
    }
  };
}
