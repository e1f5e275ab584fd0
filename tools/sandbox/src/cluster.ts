import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { renderConf } from "./ceph-conf.ts";
import { startDaemon, tail } from "./daemon.ts";
import { createPool } from "./ceph.ts";
import type { ClusterPorts } from "./ports.ts";
import { isAlive } from "./processes.ts";
import { run, settle } from "./run.ts";
import type { Cluster, Daemon } from "./types.ts";

export interface BootOptions {
  readonly name: Cluster["name"];
  /** The sandbox's directory; the cluster gets a directory of its own inside. */
  readonly owner: string;
  readonly ports: ClusterPorts;
  readonly fast: boolean;
  readonly signal: AbortSignal;
}

/** Makes a cluster from nothing and waits until its pool `rbd` can be written to. */
export async function bootCluster({ name, owner, ports, fast, signal }: BootOptions): Promise<Cluster> {
  const dir = `${owner}/${name}`;
  const fsid = randomUUID();
  const conf = `${dir}/ceph.conf`;
  const keyring = `${dir}/admin.keyring`;
  await mkdir(`${dir}/mon`, { recursive: true });
  await mkdir(`${dir}/osd`);
  await writeFile(conf, renderConf({ dir, fsid, ports, fast }));
  await writeKeys(dir);

  // The OSD's key is in the monitor's first keyring already, so both disks are made at the same time.
  const osdId = randomUUID();
  const withConf = ["--conf", conf];
  const makeMon = async () => {
    const address = `[v2:127.0.0.1:${ports.mon},v1:127.0.0.1:${ports.mon + 1}]`;
    await run("monmaptool", ["--create", "--addv", "a", address, "--fsid", fsid, `${dir}/monmap`], { owner, signal });
    const from = ["--monmap", `${dir}/monmap`, "--keyring", `${dir}/mon.keyring`];
    await run("ceph-mon", [...withConf, "--mkfs", "-i", "a", ...from], { owner, signal });
    const mon = await start("mon", ["ceph-mon", ...withConf, "-i", "a", "-f"]);
    await run("ceph", [...withConf, "osd", "create", osdId, "0"], { owner, signal });
    return mon;
  };
  const start = (kind: string, argv: [string, ...string[]]): Promise<Daemon> =>
    startDaemon(argv, { name: `${name} ${kind}`, owner, log: `${dir}/${kind}.out` });
  const makeOsd = () =>
    run("ceph-osd", [...withConf, "-i", "0", "--mkfs", "--osd-uuid", osdId, "--no-mon-config"], { owner, signal });

  const [mon] = await settle([makeMon(), makeOsd()] as const);
  signal.throwIfAborted();
  const osd = await start("osd", ["ceph-osd", ...withConf, "-i", "0", "-f"]);
  const cluster: Cluster = { name, dir, conf, keyring, fsid, port: ports.mon, mon, osd };
  await ready(cluster, { owner, signal });
  return cluster;
}

/** `rbd pool init` writes an object: it returns when the monitor, the OSD and the placement groups all work. */
async function ready(cluster: Cluster, { owner, signal }: Pick<BootOptions, "owner" | "signal">): Promise<void> {
  const died = new AbortController();
  const watch = setInterval(async () => {
    if (!(await isAlive(cluster.mon)) || !(await isAlive(cluster.osd))) died.abort();
  }, 500);
  try {
    await createPool(cluster, "rbd", { owner, placementGroups: 16, signal: AbortSignal.any([signal, died.signal]) });
  } catch (error) {
    if (!died.signal.aborted) throw error;
    const [mon, osd] = await Promise.all([tail(`${cluster.dir}/mon.out`), tail(`${cluster.dir}/osd.out`)]);
    throw new Error(`a daemon of the ${cluster.name} cluster ended while booting\nmon: ${mon}\nosd: ${osd}`, {
      cause: error,
    });
  } finally {
    clearInterval(watch);
  }
}

async function writeKeys(dir: string): Promise<void> {
  const mon = entry("mon.", { mon: "allow *" });
  const admin = entry("client.admin", { mon: "allow *", osd: "allow *", mds: "allow *", mgr: "allow *" });
  const osd = entry("osd.0", { mon: "allow profile osd", osd: "allow *" });
  await writeFile(`${dir}/mon.keyring`, mon + admin + osd, { mode: 0o600 });
  await writeFile(`${dir}/admin.keyring`, admin, { mode: 0o600 });
  await writeFile(`${dir}/osd/keyring`, osd, { mode: 0o600 });
}

function entry(name: string, caps: Readonly<Record<string, string>>): string {
  const lines = Object.entries(caps).map(([service, allowed]) => `\tcaps ${service} = "${allowed}"\n`);
  return `[${name}]\n\tkey = ${createKey()}\n${lines.join("")}`;
}

/** A cephx secret as ceph-authtool makes it: type AES, creation time, length, sixteen random bytes. */
function createKey(): string {
  const header = Buffer.alloc(12);
  header.writeUInt16LE(1, 0);
  header.writeUInt32LE(Math.floor(Date.now() / 1000), 2);
  header.writeUInt16LE(16, 10);
  return Buffer.concat([header, randomBytes(16)]).toString("base64");
}
