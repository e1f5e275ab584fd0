import type { Command, CommandResult } from "@backurne/exec";
import type { PoolAddress } from "@backurne/model";

/** Runs one command somewhere. Commands of one `lane` may be sent together. */
export type Run = (command: Command, lane?: string, input?: string) => Promise<CommandResult>;

/** Which programs speak to which pool. */
export interface PoolAccess {
  readonly address: PoolAddress;
  readonly run: Run;
  /** For messages. */
  readonly place: string;
  /** Parallel requests of one export; more of them pay on links with some milliseconds to the OSDs. */
  readonly exportOps?: number | undefined;
}

export function clusterArgs(address: PoolAddress): string[] {
  return [
    ...(address.cephConf ? ["--conf", address.cephConf] : []),
    ...(address.cephId ? ["--id", address.cephId] : []),
  ];
}

/** Names go by options: a leading `-`, `/` and `@` in positional specs mean something else. */
export function imageArgs(address: PoolAddress, image?: string, snapshot?: string): string[] {
  return [
    `--pool=${address.pool}`,
    ...(address.namespace ? [`--namespace=${address.namespace}`] : []),
    ...(image === undefined ? [] : [`--image=${image}`]),
    ...(snapshot === undefined ? [] : [`--snap=${snapshot}`]),
  ];
}

export function rbdCommand(address: PoolAddress, args: readonly string[], answers: readonly number[] = []): Command {
  return { file: "rbd", args: [...clusterArgs(address), ...args], answers };
}

export function radosCommand(address: PoolAddress, args: readonly string[], answers: readonly number[] = []): Command {
  const namespace = address.namespace ? ["--namespace", address.namespace] : [];
  return { file: "rados", args: [...clusterArgs(address), "--pool", address.pool, ...namespace, ...args], answers };
}
