export { openCeph, type CephState, type HealthCheck, type PoolState } from "./ceph.ts";
export type { PoolAccess, Run } from "./command.ts";
export { openDevices } from "./devices.ts";
export { findMissingBindings, parseComparison } from "./digests.ts";
export { openObjects } from "./objects.ts";
export { openPool } from "./pool.ts";
export { readRoom } from "./room.ts";
export { openTrash } from "./trash.ts";
export type * from "./types.ts";
