import { createServer } from "node:https";
import { answer, type Service } from "./api.ts";
import type { Certificate } from "./certificate.ts";
import { openPort, type Port } from "./port.ts";

/** Where one node answers. */
export interface Endpoint {
  readonly node: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  /** SHA-256 of its certificate, as Proxmox shows it. */
  readonly fingerprint: string;
}

/** Proxmox closes idle connections after 5 s. */
const KEEP_ALIVE = 5_000;

/** Opens a node's HTTPS port; 0 is any free one. */
export function openEndpoint(node: string, wanted: number, at: Certificate & { service: Service }): Promise<Port> {
  const { key, cert, service } = at;
  const server = createServer({ key, cert, keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
    void answer(request, response, { here: node, service });
  });
  return openPort(server, wanted);
}
