import type { ReachedPool, StreamAccess } from "@backurne/cluster";
import type { Command, Guard } from "@backurne/exec";
import type { PoolAddress, StorageReach } from "@backurne/model";
import type { Times } from "./times.ts";

/** How a Proxmox cluster's images are reached; made by whoever composes the program. */
export interface ProxmoxAccess extends Pick<StreamAccess, "compress" | "expand" | "digest"> {
  /** Asked often with the same arguments: it answers with the same pool then, and contacts nobody by itself. */
  reach(reach: StorageReach, address: PoolAddress): ReachedPool;
  /** `startGuard` of exec: starts the watchdog and hands it what it needs, secrets included, through a pipe. */
  guard(command: Command, payload: string): Promise<Guard>;
  /** How long things may take; what is not said is as in `TIMES`. */
  readonly times?: Partial<Times> | undefined;
}
