export { ceph, createPool, rados, rbd, removePool, type PoolOptions } from "./ceph.ts";
export { down } from "./down.ts";
export type { RunOptions } from "./run.ts";
export { renderEnv } from "./env.ts";
export { freePort } from "./ports.ts";
export { load, status, type Status } from "./status.ts";
export type { Cluster, Daemon, Proxmox, Sandbox, Ssh } from "./types.ts";
export { up, type UpOptions } from "./up.ts";
export { locate, type Which } from "./which.ts";
