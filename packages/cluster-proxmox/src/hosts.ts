import type { ProxmoxApi } from "@backurne/model";
import { Agent, type Dispatcher } from "undici";
import { connector } from "./tls.ts";

/** One node of the cluster that answers for all of it. */
export interface Endpoint {
  readonly name: string;
  readonly origin: string;
  readonly agent: Dispatcher;
}

/** All endpoints; the one that answered last is asked first. */
export interface Hosts {
  /** In the order of asking. */
  order(): readonly Endpoint[];
  praise(endpoint: Endpoint): void;
  close(): Promise<void>;
}

/** Proxmox closes idle connections after 5 s; a request that meets the closing would be lost, so we are earlier. */
const KEEP_ALIVE = 2_000;
const CONNECTIONS = 32;

export function openHosts({ hosts, port, tls }: ProxmoxApi, timeout: number): Hosts {
  const connect = connector(tls, timeout);
  const endpoints = hosts.map((name): Endpoint => {
    // Deadlines are the requests' own: they cover headers and body together.
    const agent = new Agent({
      connect: (options, callback) =>
        connect(options, (error, socket) => (error ? callback(neverSent(error), null) : callback(null, socket))),
      connections: CONNECTIONS,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE,
      keepAliveMaxTimeout: KEEP_ALIVE,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { name, origin: originOf(name, port), agent };
  });
  let first = 0;
  return {
    order: () => [...endpoints.slice(first), ...endpoints.slice(0, first)],
    praise(endpoint) {
      first = Math.max(0, endpoints.indexOf(endpoint));
    },
    async close() {
      await Promise.all(endpoints.map(({ agent }) => agent.destroy()));
    },
  };
}

/** A host may bring a port of its own (`pve1:8007`, `[fd00::1]:8007`). */
function originOf(name: string, port: number): string {
  if (/^(\[.*\]|[^:]+):\d+$/.test(name)) return `https://${name}`;
  return name.includes(":") && !name.startsWith("[") ? `https://[${name}]:${port}` : `https://${name}:${port}`;
}

const unsent = new WeakSet<Error>();

/** The connection itself failed: nothing of a request was sent over it. */
export function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && unsent.has(error);
}

function neverSent(error: Error): Error {
  unsent.add(error);
  return error;
}
