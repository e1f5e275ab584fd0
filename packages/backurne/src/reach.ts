import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createGroupRunner, type Command, type Executor, type Transport } from "@backurne/exec";
import type { HelperCommand, HelperSettings, PlainCluster, SshSettings } from "@backurne/model";
import type { Run } from "@backurne/rbd";
import { helperTransport, keepConnections, resolveHelper, sshTransport } from "@backurne/ssh";
import { makeSocketDirectory } from "./sockets.ts";

/** Milliseconds: a wave of disks does not arrive in one tick, and a session on a kept connection takes as long. */
const GATHER = 15;

/** Where a cluster's commands run. */
export interface Place {
  /** Control commands: they share one connection, and those that come together share one process. */
  readonly run: Run;
  /** Streams: each has a connection alone while it runs. */
  readonly bulk: Transport;
  close(): Promise<void>;
}

export async function reach(cluster: PlainCluster, executor: Executor): Promise<Place> {
  return "ssh" in cluster.reach
    ? reachBySsh(cluster.reach.ssh, executor)
    : reachByHelper(cluster.reach.helper, executor);
}

/** Nothing is made or contacted before the first control command. */
export function reachBySsh(ssh: SshSettings, executor: Executor): Place {
  let directory: string | undefined;
  let shared: Transport | undefined;
  const socket = (name: string) => join((directory ??= makeSocketDirectory()), name);
  const connections = keepConnections((number) => socket(`s${number}`));
  const control: Transport = {
    place: ssh.host,
    wrap: (...wrapped) => (shared ??= sshTransport({ ...ssh, controlPath: socket("m") }, "control")).wrap(...wrapped),
  };
  return {
    run: createGroupRunner(executor, control, { gather: GATHER }),
    bulk: sshTransport({ ...ssh, connections }, "bulk"),
    async close() {
      if (directory === undefined) return;
      const sockets = [socket("m"), ...connections.paths()].filter((path) => existsSync(path));
      // One that has ended meanwhile has nothing to be told.
      await Promise.all(sockets.map((path) => executor.run([endMaster(ssh, path)]).catch(() => undefined)));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Without it the connection would outlive us by its ControlPersist. */
function endMaster({ host, configFile }: SshSettings, controlPath: string): Command {
  return {
    file: "ssh",
    args: ["-S", controlPath, ...(configFile ? ["-F", configFile] : []), "-O", "exit", "--", host],
  };
}

async function reachByHelper(helper: HelperSettings, executor: Executor): Promise<Place> {
  const transport = helperTransport(await askHelper(helper, executor));
  return { run: createGroupRunner(executor, transport), bulk: transport, async close() {} };
}

async function askHelper(helper: HelperSettings, executor: Executor): Promise<HelperCommand> {
  const { get } = helper;
  if (!get) return resolveHelper(helper);
  const { stdout } = await executor.run([{ file: get.cmd, args: get.args }], { timeout: 60_000 });
  return resolveHelper(helper, stdout);
}
