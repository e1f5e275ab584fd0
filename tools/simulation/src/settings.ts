import type {
  HookSettings,
  LiveCluster,
  PlainCluster,
  ProfileSettings,
  ProxmoxCluster,
  Settings,
} from "@backurne/model";

/** The program that prints digests. */
export const DIGEST = "digest";
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function profile(given: Partial<ProfileSettings> = {}): ProfileSettings {
  return { name: "daily", interval: DAY, count: 7, maxOnLive: 0, priority: "normal", default: true, ...given };
}

/** Programs that no one starts: the simulation answers in their place. */
export const HOOKS: HookSettings = {
  pre_vm: "/hooks/pre_vm",
  pre_disk: "/hooks/pre_disk",
  post_disk: "/hooks/post_disk",
  post_vm: "/hooks/post_vm",
  post_transfer: "/hooks/post_transfer",
  timeout: 600_000,
};

export interface ClusterShape {
  readonly profiles: readonly ProfileSettings[];
  readonly hooks: HookSettings;
}

export function plainSettings(name: string, shape: ClusterShape): PlainCluster {
  return {
    ...common(name, shape),
    kind: "plain",
    address: { pool: name, namespace: "" },
    reach: { helper: { use: { cmd: "simulated", args: [] } } },
  };
}

export function proxmoxSettings(name: string, shape: ClusterShape): ProxmoxCluster {
  return {
    ...common(name, shape),
    kind: "proxmox",
    api: { hosts: ["simulated"], port: 8006, login: { tokenId: "none", tokenSecret: "none" }, tls: "system" },
    useSmbios: true,
    uuidFallback: false,
    storages: {},
    defaultReach: { ssh: {} },
  };
}

function common(name: string, { profiles, hooks }: ClusterShape) {
  return { name, identPrefix: "", profiles, rules: [], liveWorker: 4, compression: false, hooks } as const;
}

export function settingsOf(liveClusters: readonly LiveCluster[], profiles: readonly ProfileSettings[]): Settings {
  return {
    snapPrefix: "backup",
    profiles,
    backup: { pool: "backup", namespace: "" },
    liveClusters,
    extraRetention: 30 * DAY,
    backupWorker: 4,
    liveWorker: 4,
    trashDays: 7,
    timezone: "UTC",
    legacyTimezone: "UTC",
    stateDir: "/nowhere",
    logLevel: "silent",
    prettyColors: false,
  };
}
