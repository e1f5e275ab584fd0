import { createHash } from "node:crypto";
import type { Cluster, Guest } from "./cluster.ts";

const GIB = 1024 ** 3;
const CPUS = 2;

/** A guest in the list of everything; what its node would have reported is missing while that is down. */
export function guestRow(guest: Guest, { nodes }: Pick<Cluster, "nodes">) {
  const { vmid, kind, node, pool, config } = guest;
  return {
    id: `${kind}/${vmid}`,
    vmid,
    node,
    type: kind,
    ...(nodes.get(node) ? reported(guest) : { status: "unknown" }),
    ...(pool === undefined ? {} : { pool }),
    ...(config.tags === undefined ? {} : { tags: config.tags }),
    ...(config.lock === undefined ? {} : { lock: config.lock }),
  };
}

function reported(guest: Guest) {
  const { status, config } = guest;
  // Here a paused VM is called paused; in its own status it runs, and only `qmpstatus` tells.
  return { ...meters(guest), name: nameOf(guest), status, maxcpu: CPUS, template: config.template ?? 0 };
}

function meters({ status }: Pick<Guest, "status">) {
  const on = status !== "stopped";
  return { uptime: on ? 86_400 : 0, cpu: on ? 0.01 : 0, maxmem: 2 * GIB, maxdisk: GIB };
}

/** Proxmox names what has no name. */
export function nameOf({ kind, vmid, config }: Pick<Guest, "kind" | "vmid" | "config">): string {
  const own = kind === "qemu" ? (config as { name?: string }).name : (config as { hostname?: string }).hostname;
  return own ?? (kind === "qemu" ? `VM ${vmid}` : `CT${vmid}`);
}

export function qemuStatus(guest: Extract<Guest, { kind: "qemu" }>) {
  const { vmid, status, config } = guest;
  return {
    ...meters(guest),
    ...marks(guest),
    vmid,
    name: nameOf(guest),
    status: status === "stopped" ? "stopped" : "running",
    qmpstatus: status,
    cpus: CPUS,
    ha: { managed: 0 },
    ...(status === "stopped"
      ? {}
      : { pid: 1000 + vmid, "running-machine": "pc-i440fx-9.0+pve0", "running-qemu": "9.0.2" }),
    ...(/^(1|enabled=1)/.test(config.agent ?? "") ? { agent: 1 as const } : {}),
  };
}

export function lxcStatus(guest: Extract<Guest, { kind: "lxc" }>) {
  const { vmid, status } = guest;
  const own = { vmid, name: nameOf(guest), status, type: "lxc" as const, cpus: CPUS, ha: { managed: 0 } };
  return { ...meters(guest), ...marks(guest), ...own };
}

function marks({ config }: Pick<Guest, "config">) {
  const { tags, lock, template } = config;
  return {
    ...(tags === undefined ? {} : { tags }),
    ...(lock === undefined ? {} : { lock }),
    ...(template === undefined ? {} : { template }),
  };
}

/** Proxmox's is the SHA-1 of the file; ours is one of the values. */
export function digestOf(config: object): string {
  return createHash("sha1").update(JSON.stringify(config)).digest("hex");
}
