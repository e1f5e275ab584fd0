import type { Answer } from "./schema.ts";

/** Configurations and storages as Proxmox shows them; digests are computed. */
export type QemuConfig = Omit<Answer<"GET /nodes/{node}/qemu/{vmid}/config">, "digest">;
export type LxcConfig = Omit<Answer<"GET /nodes/{node}/lxc/{vmid}/config">, "digest">;
export type Storage = Omit<Answer<"GET /storage">[number], "digest">;

/** A paused guest has a process that does not run: its agent is silent. */
export type Status = "running" | "stopped" | "paused";

/** The guest agent inside a VM. */
export interface AgentSettings {
  /** false: the configuration may name an agent, but nothing answers. */
  readonly running: boolean;
  /** How many a freeze brings to a halt. */
  readonly filesystems: number;
  /** ms after which the guest goes on by itself, as Windows does after 10 s. */
  readonly selfThaw?: number | undefined;
}

interface GuestSettingsOf<Kind, Config> {
  readonly kind: Kind;
  readonly vmid: number;
  readonly node: string;
  /** The name (`hostname` of a container), the tags and the lock stand in here, as in Proxmox. */
  readonly config: Config;
  readonly status?: Status | undefined;
  /** The resource pool it belongs to. */
  readonly pool?: string | undefined;
  readonly agent?: Partial<AgentSettings> | undefined;
}

export type GuestSettings = GuestSettingsOf<"qemu", QemuConfig> | GuestSettingsOf<"lxc", LxcConfig>;

/** Some of a configuration's keys; null takes one away. */
export type ConfigChanges = Nullable<QemuConfig> | Nullable<LxcConfig>;

type Nullable<T> = { readonly [K in keyof T]?: T[K] | null };

export interface ClusterSettings {
  readonly name?: string | undefined;
  /** The first one answers at the simulator's first port; each has a port of its own. */
  readonly nodes?: readonly string[] | undefined;
  readonly storages?: readonly Storage[] | undefined;
  readonly guests?: readonly GuestSettings[] | undefined;
}

/** How long Proxmox waits for what does not answer, in ms. */
export interface Times {
  /** For an agent to answer the ping that precedes every command. */
  readonly ping: number;
  /** For the daemon behind the web server; then that says 596 and the command goes on. */
  readonly proxy: number;
  /** For a freeze. Until then a lost command blocks the agent. */
  readonly command: number;
}

export const TIMES: Times = { ping: 3_000, proxy: 30_000, command: 3_600_000 };
