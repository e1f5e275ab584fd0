import type { IncomingMessage, ServerResponse } from "node:http";
import type { Service } from "./api.ts";
import { applyChange, type Change, type Cluster } from "./cluster.ts";
import type { Fault } from "./faults.ts";
import type { LoggedRequest, Transition } from "./journal.ts";
import type { AgentSettings, ClusterSettings, GuestSettings } from "./model.ts";
import { readBody } from "./parameters.ts";

/** The cluster as it is, as data. */
export interface State extends Required<Omit<ClusterSettings, "nodes" | "guests">> {
  readonly nodes: Readonly<Record<string, "up" | "down">>;
  readonly guests: readonly (Required<Omit<GuestSettings, "agent" | "pool">> & {
    readonly pool?: string | undefined;
    readonly agent: AgentSettings;
    /** Filesystems that stand still now. */
    readonly frozen: number;
    /** A command that never came back blocks the agent. */
    readonly blocked: boolean;
  })[];
}

export interface Log {
  readonly requests: readonly LoggedRequest[];
  readonly transitions: readonly Transition[];
}

type Action = (service: Service, body: unknown, id: string) => unknown;

/** `METHOD /path`, or `METHOD /path/ID`: for other processes, in JSON, without TLS and passwords: loopback only. */
const ACTIONS: Readonly<Record<string, Action>> = {
  "GET /": () => Object.keys(ACTIONS),
  "GET /state": ({ cluster }): State => viewCluster(cluster),
  "POST /change": ({ cluster }, change) => applyChange(cluster, change as Change),
  "POST /faults": ({ faults }, fault) => ({ id: faults.add(fault as Fault) }),
  "DELETE /faults": ({ faults }) => faults.clear(),
  "DELETE /faults/ID": ({ faults }, _, id) => faults.remove(Number(id)),
  "GET /log": ({ journal: { requests, transitions } }): Log => ({ requests, transitions }),
  "DELETE /log": ({ journal }) => journal.clear(),
};

export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  service: Service,
): Promise<void> {
  const { method = "", url = "" } = request;
  const [, path = "", id = ""] = /^(\/[^/?]*)(?:\/([^/?]*))?/.exec(url) ?? [];
  const respond = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body ?? null)}\n`);
  };
  try {
    const body = await readBody(request);
    const action = ACTIONS[`${method} ${path}${id === "" ? "" : "/ID"}`];
    if (!action) return respond(404, { error: "no such thing; there is", actions: Object.keys(ACTIONS) });
    respond(200, await action(service, body === "" ? undefined : JSON.parse(body), id));
  } catch (error) {
    respond(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function viewCluster({ name, nodes, storages, guests }: Cluster): State {
  return {
    name,
    nodes: Object.fromEntries([...nodes].map(([node, up]) => [node, up ? "up" : "down"])),
    storages: [...storages.values()],
    guests: [...guests.values()].map(({ agent, pending: _pending, ...guest }) => ({
      ...(guest as Required<GuestSettings>),
      agent: agent.settings,
      frozen: agent.frozen,
      blocked: agent.blocked,
    })),
  };
}
