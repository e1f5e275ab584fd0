import type { ProxmoxCluster } from "@backurne/model";
import type { ReadGuest } from "../src/read-guests.ts";

export const UUID = "8eb4f698-afdc-45bb-9f6c-1833c42ae368";
export const OTHER_UUID = "0c1d2e3f-0000-4000-8000-00000000000a";

/** A VM as it was read; only what a test is about is said. */
export function guest(changes: Partial<ReadGuest> = {}): ReadGuest {
  const own = { vmid: 100, kind: "qemu", node: "pve1", status: "running", name: "web01", tags: [] } as const;
  return { ...own, config: {}, ...changes };
}

export function settings(changes: Partial<ProxmoxCluster> = {}): ProxmoxCluster {
  return {
    name: "px1",
    kind: "proxmox",
    identPrefix: "",
    profiles: [],
    rules: [],
    liveWorker: 12,
    compression: false,
    hooks: { timeout: 600_000 },
    api: { hosts: ["127.0.0.1"], port: 8006, login: { tokenId: "a@pam!b", tokenSecret: "c" }, tls: "system" },
    useSmbios: true,
    uuidFallback: false,
    storages: {},
    defaultReach: { ssh: {} },
    ...changes,
  };
}
