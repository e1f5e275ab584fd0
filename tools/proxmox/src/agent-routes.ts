import { setTimeout as sleep } from "node:timers/promises";
import type { Agent } from "./agent.ts";
import { findGuest } from "./guest-routes.ts";
import { Refusal } from "./refusal.ts";
import { type Asked, on } from "./route.ts";

export const AGENT = [
  on("POST /nodes/{node}/qemu/{vmid}/agent/ping", [], async (asked) => (await reachAgent(asked)).ping()),
  on("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze", [], async (asked) => (await reachAgent(asked)).freeze()),
  on("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw", [], async (asked) => (await reachAgent(asked)).thaw()),
  on("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status", [], async (asked) => (await reachAgent(asked)).status()),
] as const;

/** Proxmox pings the agent before each command, and gives up after 3 s. */
async function reachAgent(asked: Asked<never>): Promise<Agent> {
  const { vmid, times, signal } = asked;
  const { agent, config, status } = findGuest("qemu", asked);
  if (config.agent === undefined) throw new Refusal(500, "No QEMU guest agent configured");
  if (status === "stopped") throw new Refusal(500, `VM ${vmid} is not running`);
  if (agent.settings.running && status === "running" && !agent.blocked) return agent;
  await sleep(times.ping, undefined, { signal, ref: false });
  throw new Refusal(500, "QEMU guest agent is not running");
}

/**
 * The agent took the command and never answers. The web server says so after a while; the daemon behind it goes on
 * waiting for an hour, and for so long nobody reaches the agent.
 */
export async function hang({ cluster, vmid, times, signal }: Asked, command: string): Promise<never> {
  const agent = cluster.guests.get(vmid)?.agent;
  if (!agent) throw new Error(`only an agent can hang, and there is no guest ${vmid}`);
  const blocked = agent.block();
  const hour = setTimeout(() => agent.revive(), times.command).unref();
  signal.addEventListener("abort", () => clearTimeout(hour), { once: true });
  const failed = blocked.then(() => {
    clearTimeout(hour);
    throw new Refusal(500, `VM ${vmid} qmp command 'guest-${command}' failed - got timeout`);
  });
  const gaveUp = sleep(times.proxy, undefined, { signal, ref: false }).then(() => {
    throw new Refusal(596, "Connection timed out", { bare: true });
  });
  return Promise.race([failed, gaveUp]);
}
