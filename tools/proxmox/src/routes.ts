import { AGENT } from "./agent-routes.ts";
import { GUESTS } from "./guest-routes.ts";
import { Refusal, wrongParameters } from "./refusal.ts";
import { on } from "./route.ts";
import { digestOf, guestRow } from "./rows.ts";

const MISSING = "property is missing and it is not optional";

const CLUSTER = [
  on("GET /version", [], () => ({ version: "8.4.1", release: "8.4", repoid: "2f8e1ac1dd5a4e0b" })),
  on("POST /access/ticket", ["username", "password", "realm"], ({ params, door, cluster }) => {
    const { username, password, realm } = params;
    if (username === undefined) throw wrongParameters({ username: MISSING });
    if (password === undefined) throw wrongParameters({ password: MISSING });
    const ticket = door.logIn(realm === undefined ? username : `${username}@${realm}`, password);
    return { ...ticket, clustername: cluster.name };
  }),
  on("GET /access/permissions", ["path", "userid"], ({ params: { path = "/" } }) => ({ [path]: ADMINISTRATOR })),
  on("GET /cluster/resources", ["type"], ({ params: { type }, cluster }) => {
    const guests = [...cluster.guests.values()].sort((a, b) => String(a.vmid).localeCompare(String(b.vmid)));
    const rows = type === undefined || type === "vm" ? guests.map((guest) => guestRow(guest, cluster)) : [];
    if (type !== undefined && type !== "node") return rows;
    const nodes = [...cluster.nodes].map(([node, up]) => ({
      id: `node/${node}`,
      node,
      type: "node",
      status: wordFor(up),
    }));
    return [...rows, ...nodes];
  }),
  on("GET /cluster/status", [], ({ cluster: { name, nodes }, here }) => {
    const up = [...nodes.values()].filter(Boolean).length;
    const members = [...nodes].map(([node, online], i) => ({
      type: "node",
      id: `node/${node}`,
      name: node,
      nodeid: i + 1,
      ip: `192.0.2.${i + 1}`,
      local: bit(node === here),
      online: bit(online),
      level: "",
    }));
    const whole = { type: "cluster", id: "cluster", name, version: 1, nodes: nodes.size };
    return [{ ...whole, quorate: bit(up * 2 > nodes.size) }, ...members];
  }),
  on("GET /storage", ["type"], ({ params: { type }, cluster: { storages } }) => {
    const all = [...storages.values()];
    const digest = digestOf(all);
    return all.filter((one) => type === undefined || one.type === type).map((one) => ({ ...one, digest }));
  }),
  on("GET /nodes", [], ({ cluster: { nodes } }) =>
    [...nodes].map(([node, up]) => ({ node, id: `node/${node}`, type: "node", status: wordFor(up), level: "" })),
  ),
] as const;

/** Every route that is answered. */
export const HANDLERS = [...CLUSTER, ...GUESTS, ...AGENT] as const;

export type HandledRoute = (typeof HANDLERS)[number]["route"];

/** Routes without a lock on the door. */
export const OPEN: readonly string[] = ["POST /access/ticket"] satisfies HandledRoute[];

/** What backurne asks for, and what would come in handy. */
const ADMINISTRATOR = {
  "VM.Audit": 1,
  "VM.Monitor": 1,
  "Datastore.Audit": 1,
  "Sys.Audit": 1,
  "Pool.Audit": 1,
} as const;

function wordFor(up: boolean): string {
  return up ? "online" : "offline";
}

function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** What Proxmox says where it has nothing. */
export function noSuchRoute(method: string, path: string): Refusal {
  return new Refusal(501, `Method '${method} ${path}' not implemented`);
}
