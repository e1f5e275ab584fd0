import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Access, type ClusterSettings, program } from "@backurne/proxmox-simulator";
import { rbd } from "./ceph.ts";
import { startDaemon, tail } from "./daemon.ts";
import type { Ports } from "./ports.ts";
import { isAlive } from "./processes.ts";
import type { RunOptions } from "./run.ts";
import type { Cluster, Proxmox } from "./types.ts";
import { readJson } from "./which.ts";

export interface ProxmoxOptions {
  readonly owner: string;
  readonly ports: Pick<Ports, "proxmox" | "live">;
  readonly signal: AbortSignal;
}

const DISKS = ["vm-100-disk-0", "vm-100-disk-1"];

/** Starts a simulated Proxmox cluster in front of the live one. */
export async function bootProxmox({ owner, ports, signal }: ProxmoxOptions): Promise<Proxmox> {
  const dir = `${owner}/proxmox`;
  await mkdir(dir, { mode: 0o700 });
  await writeFile(`${dir}/state.json`, JSON.stringify(describeCluster(ports.live.mon), undefined, 2));
  const log = `${dir}/proxmox.log`;
  const args = ["--dir", dir, "--port", String(ports.proxmox), "--state", `${dir}/state.json`];
  const argv = [process.execPath, "--conditions=source", program, ...args] as const;
  const daemon = await startDaemon(argv, { name: "proxmox", owner, log });
  for (;;) {
    const access = await readJson<Access>(`${dir}/simulator.json`);
    if (access !== undefined) return { ...access, daemon };
    signal.throwIfAborted();
    if (!(await isAlive(daemon))) throw new Error(`the Proxmox simulator ended while booting\n${await tail(log)}`);
    await sleep(20);
  }
}

/** The images that the guest's configuration names. */
export async function createDisks(live: Pick<Cluster, "conf">, options: RunOptions): Promise<void> {
  await Promise.all(DISKS.map((image) => rbd(live, ["create", "--size=1G", image], options)));
}

function describeCluster(monPort: number): ClusterSettings {
  const [first, second] = DISKS.map((image) => `ceph:${image},size=1G`) as [string, string];
  const monhost = `127.0.0.1:${monPort}`;
  return {
    name: "sandbox",
    nodes: ["pve1", "pve2"],
    storages: [
      { storage: "ceph", type: "rbd", pool: "rbd", content: "images,rootdir", username: "admin", monhost },
      { storage: "local", type: "dir", path: "/var/lib/vz", content: "iso,vztmpl,backup" },
    ],
    guests: [
      {
        vmid: 100,
        kind: "qemu",
        node: "pve1",
        config: {
          name: "demo",
          agent: "1",
          smbios1: `uuid=${randomUUID()}`,
          ostype: "l26",
          cores: 1,
          memory: "1024",
          scsihw: "virtio-scsi-single",
          boot: "order=scsi0",
          ide2: "none,media=cdrom",
          scsi0: first,
          scsi1: second,
          net0: "virtio=BC:24:11:00:01:00,bridge=vmbr0",
        },
      },
    ],
  };
}
