import type { Handler, Reply } from "./server.ts";

/** A VM of a small cluster, with an agent in it. Tests change it while it is spoken to. */
export interface Vm {
  readonly vmid: number;
  readonly kind: "qemu" | "lxc";
  /** undefined: it was deleted. */
  node: string | undefined;
  status: "running" | "stopped";
  qmpstatus: string;
  lock?: string;
  filesystems: number;
  /** Filesystems that stand still. */
  frozen: number;
  /** Nobody reaches that node any more. */
  down?: string;
}

export type Call = "ticket" | "list" | "state" | "ping" | "freeze" | "thaw" | "status";

/** An answer that is not the usual one; `act` does what was asked, and says the usual. */
export type Odd = (act: () => Reply, vm: Vm) => Reply;

/** For each call: one that always comes, or some for the first times. */
export type Odds = Partial<Record<Call, Odd | Odd[]>>;

const drop: Reply = (response) => response.socket?.destroy();
const silence: Reply = () => undefined;

const says = (result: unknown) => () => ({ data: { result } });

/** `lost`, `hung`: it was done all the same. */
export const ODD = {
  noAgent: () => ({ status: 500, message: "QEMU guest agent is not running" }),
  dropped: () => drop,
  silent: () => silence,
  lost: (act: () => Reply) => (act(), drop),
  hung: (act: () => Reply) => (act(), silence),
  says,
  fails: (desc: string) => says({ error: { class: "GenericError", desc } }),
} as const;

export function createVm(changes: Partial<Vm> = {}): Vm {
  const machine = { vmid: 100, kind: "qemu", node: "pve1", status: "running", qmpstatus: "running" } as const;
  return { ...machine, filesystems: 2, frozen: 0, ...changes };
}

/** A cluster with this one guest, in the words of Proxmox. */
export function holding(vm: Vm, odds: Odds = {}): Handler {
  return ({ method, path }) => {
    const { call, node } = nameCall({ method, path });
    const act = () => answer(vm, { call, node });
    const odd = odds[call];
    const one = Array.isArray(odd) ? odd.shift() : odd;
    return one ? one(act, vm) : act();
  };
}

const CALLS: Readonly<Record<string, Call>> = {
  "GET status/current": "state",
  "POST agent/ping": "ping",
  "POST agent/fsfreeze-freeze": "freeze",
  "POST agent/fsfreeze-thaw": "thaw",
  "POST agent/fsfreeze-status": "status",
};

export function nameCall({ method, path }: { method: string; path: string }): { call: Call; node?: string } {
  if (path === "/access/ticket") return { call: "ticket" };
  if (path === "/cluster/resources?type=vm") return { call: "list" };
  const [, node, what] = /^\/nodes\/([^/]+)\/qemu\/100\/(.+)$/.exec(path) ?? [];
  const call = CALLS[`${method} ${what}`];
  if (node === undefined || call === undefined) throw new Error(`nobody asks for ${method} ${path}`);
  return { call, node };
}

function answer(vm: Vm, { call, node }: { call: Call; node?: string | undefined }): Reply {
  if (call === "ticket") return { data: { ticket: "PVE:u@pam:1::c2lnbg==", CSRFPreventionToken: "csrf-1" } };
  if (call === "list") return { data: vm.node === undefined ? [] : [{ type: vm.kind, vmid: vm.vmid, node: vm.node }] };
  if (node === vm.down) return { status: 595, message: "No route to host" };
  if (node !== vm.node || vm.kind !== "qemu") {
    return { status: 500, message: `Configuration file 'nodes/${node}/qemu-server/100.conf' does not exist` };
  }
  if (call === "state") {
    const { status, qmpstatus, vmid, lock } = vm;
    return { data: { status, qmpstatus, vmid, ...(lock === undefined ? {} : { lock }) } };
  }
  if (vm.status === "stopped") return { status: 500, message: "VM 100 is not running" };
  if (vm.qmpstatus !== "running") return ODD.noAgent();
  return { data: { result: command(vm, call) } };
}

function command(vm: Vm, call: Call): unknown {
  if (call === "freeze") return (vm.frozen = vm.filesystems);
  if (call === "status") return vm.frozen > 0 ? "frozen" : "thawed";
  if (call !== "thaw") return {};
  const { frozen } = vm;
  vm.frozen = 0;
  return frozen;
}
