import { proxmoxApi, type Proxmox } from "proxmox-api";
import type { ProxmoxApi } from "@backurne/model";
import { openEngine, type CallOptions } from "./engine.ts";
import type { Times } from "./times.ts";

/** Proxmox's routes, typed by proxmox-api and carried by our own engine. */
export interface Client {
  /** A tree of routes whose calls have these limits. */
  routes(options?: CallOptions): Proxmox.Api;
  close(): Promise<void>;
}

export function openClient(api: ProxmoxApi, times: Times): Client {
  const engine = openEngine(api, times);
  return {
    routes: (options) =>
      proxmoxApi({
        doRequest: (method, path, template, params) => engine.call({ method, path, template, params }, options),
      }),
    close: () => engine.close(),
  };
}
