import type { Access } from "@backurne/proxmox-simulator";

/** One running program of the sandbox. A pid alone can be reused; together with its start time it cannot. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

/** One Ceph cluster: one monitor, one OSD. Everything is reached with `--conf CONF --id admin`. */
export interface Cluster {
  readonly name: "live" | "backup";
  readonly dir: string;
  readonly conf: string;
  readonly keyring: string;
  readonly fsid: string;
  /** The monitor's msgr2 port on 127.0.0.1. */
  readonly port: number;
  readonly mon: Daemon;
  readonly osd: Daemon;
}

/** The private sshd. `ssh -F configFile live` runs a command "on the live side". */
export interface Ssh {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly configFile: string;
  readonly daemon: Daemon;
}

/** A simulated Proxmox cluster whose guests' disks are images of the live cluster. */
export interface Proxmox extends Access {
  readonly daemon: Daemon;
}

/** What `up` built. All paths are absolute; `sandbox.json` in `dir` holds the same. */
export interface Sandbox {
  readonly name: string;
  readonly dir: string;
  readonly fast: boolean;
  readonly live: Cluster;
  readonly backup: Cluster;
  readonly ssh: Ssh;
  /** When it was asked for. */
  readonly proxmox?: Proxmox;
}
