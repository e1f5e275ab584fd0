import type { Disk, ProfilesApiSettings, ProxmoxCluster } from "@backurne/model";
import { onTestFinished, vi } from "vitest";
import { openProfilesApi, type ProfilesApi, type ProfilesApiOptions } from "../src/index.ts";

vi.setConfig({ testTimeout: 60_000 }); // real connections, perhaps on a busy machine

export const NOW = Date.UTC(2026, 10, 2, 12, 0, 0);
export const HOUR = 3_600_000;

export const px1: ProxmoxCluster = {
  kind: "proxmox",
  name: "px1",
  identPrefix: "",
  profiles: [],
  rules: [],
  liveWorker: 12,
  compression: false,
  hooks: { timeout: 600_000 },
  api: {
    hosts: ["px1.example.net", "px2.example.net"],
    port: 8006,
    login: { tokenId: "backurne@pve!backup", tokenSecret: "cluster-secret" },
    tls: "system",
  },
  useSmbios: true,
  uuidFallback: false,
  storages: {},
  defaultReach: { ssh: {} },
};

export function diskOf(name: string, adapter = "scsi0"): Disk {
  return {
    cluster: "px1",
    guest: `${name}(115)`,
    disk: adapter,
    pool: "rbd",
    namespace: "",
    image: "vm-115-disk-1",
    key: { ident: `uuid-of-${name}`, disk: adapter },
    comment: name,
    storage: "ssd",
    vm: { vmid: 115, kind: "qemu", tags: ["db", "prod"] },
  };
}

export function open(settings: Partial<ProfilesApiSettings>, options: ProfilesApiOptions = {}): ProfilesApi {
  const api = openProfilesApi({ url: "", mayLower: false, ...settings }, { now: () => NOW, ...options });
  onTestFinished(() => api.close());
  return api;
}
