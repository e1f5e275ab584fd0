import type { Change } from "./cluster.ts";
import type { HandledRoute } from "./routes.ts";

/** Before the work is done, or when it is done and about to be answered. */
type When = "before" | "after";

/** What goes wrong. `when` is "before" where it is not said; an agent hangs "after": it does what it was told, silently. */
export type Effect =
  | { readonly do: "wait"; readonly ms: number; readonly when?: When }
  | { readonly do: "refuse"; readonly status: number; readonly message: string; readonly when?: When }
  /** The agent reports an error, and Proxmox hands it on with status 200. */
  | { readonly do: "complain"; readonly desc: string; readonly when?: When }
  /** The connection ends without an answer. */
  | { readonly do: "drop"; readonly when?: When }
  /** The body ends early: with the connection, or (`tidy`) as if it had never been longer. */
  | { readonly do: "cut"; readonly bytes?: number; readonly tidy?: boolean }
  /** The agent takes the command and never answers; nobody reaches it until it is revived. */
  | { readonly do: "hang"; readonly when?: When }
  /** Something happens to the cluster right behind the work: a guest migrates between two requests. */
  | { readonly do: "change"; readonly change: Change };

export interface Fault {
  /** Which requests; what is not said is any. */
  readonly route?: HandledRoute;
  readonly vmid?: number;
  /** The node in the path. */
  readonly node?: string;
  /** Lets so many pass first. */
  readonly skip?: number;
  /** Then meets so many; all, when not said. */
  readonly times?: number;
  readonly effect: Effect;
}

export interface Faults {
  /** Answers with a number to remove it by. */
  add(fault: Fault): number;
  remove(id: number): void;
  clear(): void;
  /** The effects on one request, in the order in which they were added. Counts it. */
  take(request: Pick<Fault, "vmid" | "node"> & { readonly route: string }): readonly Effect[];
}

export function openFaults(): Faults {
  const set = new Map<number, { readonly fault: Fault; seen: number }>();
  let count = 0;
  return {
    add(fault) {
      set.set(++count, { fault, seen: 0 });
      return count;
    },
    remove: (id) => void set.delete(id),
    clear: () => set.clear(),
    take(request) {
      const met: Effect[] = [];
      for (const entry of set.values()) {
        const { route, vmid, node, skip = 0, times = Number.POSITIVE_INFINITY, effect } = entry.fault;
        if (route !== undefined && route !== request.route) continue;
        if (vmid !== undefined && vmid !== request.vmid) continue;
        if (node !== undefined && node !== request.node) continue;
        entry.seen++;
        if (entry.seen > skip && entry.seen <= skip + times) met.push(effect);
      }
      return met;
    },
  };
}

export function isDue(effect: Effect, when: When): boolean {
  if (effect.do === "cut" || effect.do === "change") return false;
  return (effect.when ?? (effect.do === "hang" ? "after" : "before")) === when;
}
