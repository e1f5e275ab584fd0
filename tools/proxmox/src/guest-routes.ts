import { type Guest, merge } from "./cluster.ts";
import type { ConfigChanges } from "./model.ts";
import { Refusal, wrongParameters } from "./refusal.ts";
import { type Asked, on } from "./route.ts";
import { digestOf, lxcStatus, qemuStatus } from "./rows.ts";

const BOTH = "cannot use 'snapshot' parameter with 'current'";

export const GUESTS = [
  on("GET /nodes/{node}/qemu/{vmid}/config", ["current", "snapshot"], (asked) => {
    const { config, pending } = findGuest("qemu", asked);
    return { ...choose(config, pending, asked.params), digest: digestOf(config) };
  }),
  on("GET /nodes/{node}/lxc/{vmid}/config", ["current", "snapshot"], (asked) => {
    const { config, pending } = findGuest("lxc", asked);
    return { ...choose(config, pending, asked.params), digest: digestOf(config) };
  }),
  on("GET /nodes/{node}/qemu/{vmid}/status/current", [], (asked) => qemuStatus(findGuest("qemu", asked))),
  on("GET /nodes/{node}/lxc/{vmid}/status/current", [], (asked) => lxcStatus(findGuest("lxc", asked))),
] as const;

type Kind = Guest["kind"];
type Of<K extends Kind> = Extract<Guest, { kind: K }>;

/** The guest, on the node that was named; its configuration is a file there. */
export function findGuest<K extends Kind>(kind: K, { cluster, node, vmid, here }: Asked<never>): Of<K> {
  reach(node, { cluster, here });
  const guest = cluster.guests.get(vmid);
  if (guest?.kind === kind && guest.node === node) return guest as Of<K>;
  const directory = kind === "qemu" ? "qemu-server" : "lxc";
  throw new Refusal(500, `Configuration file 'nodes/${node}/${directory}/${vmid}.conf' does not exist`);
}

/** The node that was asked hands the request on to the one in the path. */
function reach(node: string, { cluster, here }: Pick<Asked, "cluster" | "here">): void {
  const up = cluster.nodes.get(node);
  if (up === undefined) {
    const reason = `failed to get address info for: ${node}: Name or service not known`;
    throw new Refusal(500, `hostname lookup '${node}' failed - ${reason}`);
  }
  if (!up && node !== here) throw new Refusal(595, "No route to host", { bare: true });
}

/** Without `current=1` Proxmox shows what the next start will bring. */
function choose<C extends object>(
  config: C,
  pending: ConfigChanges,
  params: Asked<"current" | "snapshot">["params"],
): C {
  const { current, snapshot } = params;
  if (current !== undefined && snapshot !== undefined) throw wrongParameters({ current: BOTH, snapshot: BOTH });
  if (snapshot !== undefined) throw new Refusal(500, `snapshot '${snapshot}' does not exist`);
  return current === "1" ? config : merge(config, pending);
}
