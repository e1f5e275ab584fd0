import { fileURLToPath } from "node:url";

export type { AgentSettings, ClusterSettings, GuestSettings, LxcConfig, QemuConfig, Storage, Times } from "./model.ts";
export type { Change, Changes, Cluster, Guest } from "./cluster.ts";
export { connectSimulator, type RemoteSimulator } from "./connect.ts";
export type { Log, State } from "./control.ts";
export type { Effect, Fault, Faults } from "./faults.ts";
export type { Journal, LoggedRequest, Transition } from "./journal.ts";
export type { Endpoint } from "./endpoints.ts";
export { type Access, type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";

/** The daemon: `node --conditions=source FILE --dir DIR`. */
export const program = fileURLToPath(new URL("cli.ts", import.meta.url));
