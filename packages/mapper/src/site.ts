import type { Command, Executor, RunOptions } from "@backurne/exec";
import type { MappingEvent, PoolAddress } from "@backurne/model";
import { openDevices, openPool, type Run } from "@backurne/rbd";
import type { Home, Place } from "./home.ts";
import { endMarked, findMarked, MARK } from "./programs/processes.ts";
import type { MapContext } from "./types.ts";

/** All that mapping works with. */
export interface Site extends Home {
  readonly executor: Executor;
  /** The backup pool: clones are made beside the backups. */
  readonly address: PoolAddress;
  readonly host: string;
  /** User, for people. */
  readonly by: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Ends work that waits for a backup pool which takes no writes, and says so. Nothing: it waits for its deadline. */
  readonly whileThereIsRoom?: (<T>(work: (full: AbortSignal) => Promise<T>) => Promise<T>) | undefined;
}

/** ms for one program. */
const PATIENCE = 300_000;
/** ms for what asks the cluster: one that does not answer would be waited for, for ever. */
const ANSWER = 120_000;

export interface Work {
  readonly site: Site;
  readonly place: Place;
  readonly uuid: string;
  readonly vmdk?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Since it was mapped this host was booted again: what it had opened here is gone. */
  readonly rebooted?: boolean | undefined;
  readonly emit: (event: MappingEvent) => void;
  readonly unique: MapContext["unique"];
}

/** What the processes of one step carry. */
export function markOf({ uuid }: Pick<Work, "uuid">, step: number): string {
  return `${uuid}:${step}`;
}

export function contextOf(work: Work, step: number): MapContext {
  const { site, place, uuid, vmdk, signal, unique } = work;
  const { executor, address, host, whileThereIsRoom = always } = site;
  const mark = markOf(work, step);
  const start = (command: Command, options: RunOptions) =>
    executor.run([{ ...command, env: { ...command.env, [MARK]: mark } }], options);
  const run = (command: Command, input?: string) => start(command, { timeout: PATIENCE, signal, input });
  const ofPool: Run = (command, _lane, input) =>
    whileThereIsRoom((full) => {
      const stop = signal === undefined ? full : AbortSignal.any([signal, full]);
      return start(command, { timeout: ANSWER, signal: stop, input });
    });
  return {
    id: place.id,
    uuid,
    room: place.room,
    scratch: place.directory,
    pool: openPool({ address, run: ofPool, place: `${address.pool} on ${host}` }),
    devices: openDevices({ address, run: ofPool }),
    vmdk,
    run,
    unique,
    processes: () => findMarked(mark),
    endProcesses: () => endMarked(mark),
  };
}

function always<T>(work: (never: AbortSignal) => Promise<T>): Promise<T> {
  return work(new AbortController().signal);
}

/** Names for one mapping. A guest's become such that are good for a file, a device and a volume group. */
export function createNames(): MapContext["unique"] {
  const taken = new Set<string>();
  return (name, among = undefined) => {
    const plain = name
      .replace(/[^A-Za-z0-9._+-]/g, "_")
      .replace(/^[-.]/, "_")
      .slice(0, 80);
    for (let copy = 1; ; copy += 1) {
      const own = copy === 1 ? plain : `${plain}-${copy}`;
      const key = `${among ?? ""} ${own}`;
      if (taken.has(key)) continue;
      taken.add(key);
      return own;
    }
  };
}
