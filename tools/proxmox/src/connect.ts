import type { Changes } from "./cluster.ts";
import type { Log, State } from "./control.ts";
import type { Fault } from "./faults.ts";

/** A simulator in another process, by its control address. */
export interface RemoteSimulator {
  state(): Promise<State>;
  change<Name extends keyof Changes>(name: Name, ...args: Parameters<Changes[Name]>): Promise<void>;
  addFault(fault: Fault): Promise<number>;
  removeFault(id: number): Promise<void>;
  clearFaults(): Promise<void>;
  log(): Promise<Log>;
  clearLog(): Promise<void>;
}

export function connectSimulator(control: string): RemoteSimulator {
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(new URL(path, control), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { readonly error?: string };
    if (!response.ok) throw new Error(`the simulator says: ${answer.error}`);
    return answer;
  }
  return {
    state: () => ask("GET", "/state"),
    change: (...change) => ask("POST", "/change", change),
    addFault: async (fault) => (await ask<{ readonly id: number }>("POST", "/faults", fault)).id,
    removeFault: (id) => ask("DELETE", `/faults/${id}`),
    clearFaults: () => ask("DELETE", "/faults"),
    log: () => ask("GET", "/log"),
    clearLog: () => ask("DELETE", "/log"),
  };
}
