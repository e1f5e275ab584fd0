import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { expect, onTestFinished } from "vitest";
import { type GuestSettings, type Simulator, type SimulatorOptions, startSimulator } from "../src/index.ts";

export interface Reply {
  readonly status: number;
  /** As it stands in the status line. */
  readonly reason: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Asking {
  readonly node?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Scene {
  readonly simulator: Simulator;
  /** `POST /nodes/pve1/qemu/100/agent/ping`, with the token, when no headers are given. Rejects when no answer comes. */
  ask(request: string, asking?: Asking): Promise<Reply>;
  /** `data` of a good answer. */
  data(request: string, asking?: Asking): Promise<unknown>;
  agent(command: string, vmid?: number): Promise<unknown>;
  /** Asks, and goes away as soon as the request has come in. */
  abandon(request: string, asking?: Asking): Promise<void>;
}

/** A VM with two disks, an agent and nothing else to say. */
export const DEMO = {
  vmid: 100,
  kind: "qemu",
  node: "pve1",
  config: { name: "demo", agent: "1", scsi0: "ceph:vm-100-disk-0,size=1G", scsi1: "ceph:vm-100-disk-1,size=1G" },
} satisfies GuestSettings;

/** Nobody waits for a silent agent as long as Proxmox does. */
const TIMES = { ping: 20, proxy: 60 };

export async function open(options: SimulatorOptions = {}): Promise<Scene> {
  const simulator = await startSimulator({ guests: [DEMO], ...options, times: { ...TIMES, ...options.times } });
  onTestFinished(() => simulator.close());
  const { access } = simulator;
  const agent = new Agent({ connect: { ca: readFileSync(access.caFile) } });
  onTestFinished(() => agent.destroy());
  const token = { authorization: `PVEAPIToken=${access.tokenId}=${access.tokenSecret}` };

  async function ask(request: string, { node, form, headers = token, signal }: Asking = {}): Promise<Reply> {
    const [method = "", path = ""] = request.split(" ");
    const port = access.endpoints.find((one) => node === undefined || one.node === node)?.port;
    const body = form && new URLSearchParams(form).toString();
    const answer = await agent.request({
      origin: `https://127.0.0.1:${port}`,
      path: `/api2/json${path}`,
      method: method as "GET",
      body: body ?? null,
      headers: { ...headers, ...(form && { "content-type": "application/x-www-form-urlencoded" }) },
      ...(signal && { signal }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, reason: answer.statusText, text, headers: answer.headers };
  }

  async function data(request: string, asking?: Asking): Promise<unknown> {
    const { status, reason, text } = await ask(request, asking);
    if (status !== 200) throw new Error(`${status} ${reason}`);
    return (JSON.parse(text) as { data: unknown }).data;
  }

  return {
    simulator,
    ask,
    data,
    agent: async (command, vmid = 100) => {
      const answer = await data(`POST /nodes/pve1/qemu/${vmid}/agent/${command}`, { form: {} });
      return (answer as { result: unknown }).result;
    },
    abandon: async (request, asking) => {
      const gone = new AbortController();
      const { requests } = simulator.journal;
      const before = requests.length;
      const asked = expect(ask(request, { ...asking, signal: gone.signal })).rejects.toThrow(/abort/i);
      while (requests.length === before) await sleep(1);
      gone.abort();
      await asked;
    },
  };
}

/** The transitions without their times. */
export function transitions({ simulator }: Pick<Scene, "simulator">): string[] {
  return simulator.journal.transitions.map(({ vmid, to, filesystems, by }) => `${vmid} ${to} ${filesystems} ${by}`);
}
