import { onTestFinished } from "vitest";
import { openClient } from "../src/api.ts";
import type { Times } from "../src/times.ts";
import { QUICK, serve, type Handler, type Reply } from "./server.ts";

/** A guest of a small cluster. */
export interface Machine {
  readonly vmid: number;
  readonly kind?: "qemu" | "lxc";
  node?: string;
  readonly status?: string;
  readonly name?: string;
  readonly tags?: string;
  readonly pool?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Instead of the configuration. */
  readonly says?: Reply;
}

export interface SmallCluster {
  readonly guests: Machine[];
  readonly storages?: readonly Readonly<Record<string, unknown>>[];
}

export const CEPH = { storage: "ceph", type: "rbd", pool: "vms", content: "images,rootdir", monhost: "10.0.0.1" };

/** Answers what the adapter asks as the cluster is at that moment, and nothing else. */
export function proxmox({ guests, storages = [CEPH] }: SmallCluster): Handler {
  return ({ method, path }) => {
    if (method !== "GET") return { status: 501, message: `Method '${method} ${path}' not implemented` };
    if (path === "/cluster/resources?type=vm") return { data: guests.map(listed) };
    if (path === "/storage") return { data: storages };
    const [, node, kind, id] = /^\/nodes\/([^/]+)\/(qemu|lxc)\/(\d+)\/config\?current=1$/.exec(path) ?? [];
    if (id === undefined) return { status: 400, message: `nobody asks for ${path}` };
    const machine = guests.find(({ vmid }) => vmid === Number(id));
    if (machine?.says) return machine.says;
    if (machine && (machine.node ?? "pve1") === node && (machine.kind ?? "qemu") === kind) {
      return { data: { digest: `d${id}`, ...machine.config } };
    }
    const folder = kind === "qemu" ? "qemu-server" : "lxc";
    return { status: 500, message: `Configuration file 'nodes/${node}/${folder}/${id}.conf' does not exist` };
  };
}

function listed({ vmid, kind = "qemu", node = "pve1", status = "running", name, tags, pool }: Machine) {
  return { id: `${kind}/${vmid}`, type: kind, vmid, node, status, name, tags, pool, template: 0, maxmem: 1 };
}

/** The same, and after the guests were listed for the n-th time something happens. */
export function afterListing(handler: Handler, happen: (times: number) => void): Handler {
  let times = 0;
  return async (request) => {
    const reply = await handler(request);
    if (request.path.startsWith("/cluster/resources")) happen(++times);
    return reply;
  };
}

export async function connect(handler: Handler, times: Partial<Times> = {}) {
  const server = await serve(handler);
  onTestFinished(() => server.close());
  const client = openClient(server.api(), { ...QUICK, ...times });
  onTestFinished(() => client.close());
  return { server, client };
}
