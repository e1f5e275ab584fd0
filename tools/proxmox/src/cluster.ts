import { createAgent, type Agent } from "./agent.ts";
import type { Journal } from "./journal.ts";
import type {
  AgentSettings,
  ClusterSettings,
  ConfigChanges,
  GuestSettings,
  LxcConfig,
  QemuConfig,
  Status,
  Storage,
} from "./model.ts";

interface GuestOf<Kind, Config> {
  readonly vmid: number;
  readonly kind: Kind;
  node: string;
  status: Status;
  pool: string | undefined;
  config: Config;
  /** What a restart will bring. */
  pending: ConfigChanges;
  readonly agent: Agent;
}

export type Guest = GuestOf<"qemu", QemuConfig> | GuestOf<"lxc", LxcConfig>;

/** What is, and everything that can happen to it: each change is a function whose arguments are plain data. */
export interface Cluster {
  readonly name: string;
  /** By name: whether it is up. */
  readonly nodes: ReadonlyMap<string, boolean>;
  readonly storages: ReadonlyMap<string, Storage>;
  readonly guests: ReadonlyMap<number, Guest>;
  readonly changes: Changes;
}

export interface Changes {
  addGuest(guest: GuestSettings): void;
  removeGuest(vmid: number): void;
  rename(vmid: number, name: string): void;
  migrate(vmid: number, node: string): void;
  setConfig(vmid: number, changes: ConfigChanges): void;
  /** Changes that wait for a restart of the guest. */
  setPending(vmid: number, changes: ConfigChanges): void;
  setStatus(vmid: number, status: Status): void;
  setPool(vmid: number, pool: string | null): void;
  setAgent(vmid: number, changes: Partial<AgentSettings>): void;
  /** A blocked agent answers again; whatever blocked it has failed. */
  revive(vmid: number): void;
  /** Adds it, or replaces the one of this name. */
  setStorage(storage: Storage): void;
  removeStorage(name: string): void;
  /** A node that is down refuses connections, and the others do not reach it. */
  setNode(node: string, up: boolean): Promise<void>;
  /** Tickets given out so far are worth nothing. */
  expireTickets(): void;
}

/** A change as data, for faults and for other processes: `["migrate", 100, "pve2"]`. */
export type Change = { [K in keyof Changes]: readonly [K, ...Parameters<Changes[K]>] }[keyof Changes];

export interface Surroundings {
  readonly journal: Journal;
  /** Opens or closes the node's port. */
  switchNode(node: string, up: boolean): Promise<void>;
  expireTickets(): void;
}

export function createCluster(settings: ClusterSettings, around: Surroundings): Cluster {
  const nodes = new Map((settings.nodes ?? ["pve1", "pve2"]).map((node) => [node, true]));
  const storages = new Map<string, Storage>();
  const guests = new Map<number, Guest>();

  function find(vmid: number): Guest {
    const guest = guests.get(vmid);
    if (!guest) throw new Error(`there is no guest ${vmid}`);
    return guest;
  }

  function known(node: string): string {
    if (!nodes.has(node)) throw new Error(`there is no node ${node}: ${[...nodes.keys()].join(", ")}`);
    return node;
  }

  const changes: Changes = {
    addGuest({ vmid, kind, node, config, status = "running", pool, agent = {} }) {
      if (guests.has(vmid)) throw new Error(`guest ${vmid} is already there`);
      const journaled = createAgent(agent, (change) => around.journal.addTransition({ vmid, ...change }));
      const guest = { vmid, kind, node: known(node), status, pool, config, pending: {}, agent: journaled };
      guests.set(vmid, guest as Guest);
    },
    removeGuest(vmid) {
      find(vmid).agent.reset();
      guests.delete(vmid);
    },
    rename: (vmid, name) => changes.setConfig(vmid, find(vmid).kind === "qemu" ? { name } : { hostname: name }),
    migrate: (vmid, node) => void (find(vmid).node = known(node)),
    setConfig: (vmid, some) => void (find(vmid).config = merge(find(vmid).config, some)),
    setPending: (vmid, some) => void (find(vmid).pending = some),
    setStatus(vmid, status) {
      const guest = find(vmid);
      guest.status = status;
      if (status !== "stopped") return;
      guest.agent.reset();
      guest.config = merge(guest.config, guest.pending);
      guest.pending = {};
    },
    setPool: (vmid, pool) => void (find(vmid).pool = pool ?? undefined),
    setAgent: (vmid, some) => find(vmid).agent.set(some),
    revive: (vmid) => find(vmid).agent.revive(),
    setStorage: (storage) => void storages.set(storage.storage, storage),
    removeStorage: (name) => void storages.delete(name),
    async setNode(node, up) {
      await around.switchNode(known(node), up);
      nodes.set(node, up);
    },
    expireTickets: () => around.expireTickets(),
  };

  for (const storage of settings.storages ?? []) changes.setStorage(storage);
  for (const guest of settings.guests ?? []) changes.addGuest(guest);
  return { name: settings.name ?? "simulated", nodes, storages, guests, changes };
}

/** Applies a change that came as data. Throws when there is no such change, or nothing to change. */
export async function applyChange({ changes }: Pick<Cluster, "changes">, change: Change): Promise<void> {
  const [name, ...args] = change;
  if (!Object.hasOwn(changes, name)) {
    throw new Error(`there is no change "${name}": ${Object.keys(changes).join(", ")}`);
  }
  await (changes[name] as (...args: unknown[]) => void | Promise<void>)(...args);
}

/** null takes a key away. */
export function merge<Config extends object>(config: Config, changes: ConfigChanges): Config {
  const merged = Object.entries({ ...config, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(merged) as Config;
}
