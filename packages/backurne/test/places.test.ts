import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, Executor } from "@backurne/exec";
import type { LiveCluster, PoolAddress, ProxmoxCluster, Settings, StorageReach } from "@backurne/model";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openBackurne } from "../src/index.ts";
import { openStoragePools } from "../src/storage-pools.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backurne-places-"));
  vi.stubEnv("TMPDIR", directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** Writes down what it is told to run, makes the sockets an ssh makes, and answers like an `rbd ls` of an empty pool. */
function record() {
  const ran: Command[] = [];
  const executor: Executor = {
    async run([command]) {
      ran.push(command);
      const socket = command.args[command.args.indexOf("-S") + 1];
      if (socket !== undefined && !command.args.includes("-O")) writeFileSync(socket, "");
      return { stdout: "[]", code: 0, stages: [] };
    },
  };
  /** The socket each ssh was given. */
  const sockets = () => ran.map(({ args }) => args[args.indexOf("-S") + 1]);
  return { executor, ran, sockets };
}

const at = (host: string, more: Partial<StorageReach["ssh"]> = {}): StorageReach => ({ ssh: { host, ...more } });
const pool = (name: string, namespace = ""): PoolAddress => ({ pool: name, namespace });

describe("the pools of storages", () => {
  it.each<[string, StorageReach, PoolAddress, boolean]>([
    ["asked for again", at("ceph1"), pool("rbd"), true],
    ["in another pool", at("ceph1"), pool("ssd"), false],
    ["in another namespace", at("ceph1"), pool("rbd", "px"), false],
    ["with another ceph.conf", at("ceph1"), { ...pool("rbd"), cephConf: "/etc/ceph/b.conf" }, false],
    ["with another client", at("ceph1"), { ...pool("rbd"), cephId: "b" }, false],
    ["on another host", at("ceph2"), pool("rbd"), false],
    ["as another user", at("ceph1", { user: "b" }), pool("rbd"), false],
    ["on another port", at("ceph1", { port: 2222 }), pool("rbd"), false],
    ["with another key", at("ceph1", { identityFile: "/k" }), pool("rbd"), false],
    ["with another ssh configuration", at("ceph1", { configFile: "/c" }), pool("rbd"), false],
  ])("are the same or not: %s", (_, reach, address, same) => {
    const pools = openStoragePools(record().executor);
    const first = pools.reach(at("ceph1"), pool("rbd"));
    expect(pools.reach(reach, address) === first).toBe(same);
  });

  it("share one connection for each destination, and clean up what was used", async () => {
    const { executor, ran, sockets } = record();
    const pools = openStoragePools(executor);
    const used = [
      pools.reach(at("ceph1"), pool("rbd")),
      pools.reach(at("ceph1"), pool("ssd")),
      pools.reach(at("ceph2"), pool("rbd")),
    ];
    pools.reach(at("ceph3"), pool("rbd"));
    expect(readdirSync(directory)).toEqual([]);
    for (const one of used) await one.pool.inventory();
    const [first, again, second] = sockets();
    expect(again).toBe(first);
    expect(second).not.toBe(first);
    expect(readdirSync(directory)).toHaveLength(2);
    // Streams have connections of their own, the next one the same.
    for (let count = 0; count < 2; count += 1) {
      const [stream] = used[2]!.bulk.wrap([{ file: "cat", args: [] }]);
      await executor.run([stream]);
      stream.onEnd?.(0);
    }
    const [other, next] = sockets().slice(-2);
    expect(other).not.toBe(second);
    expect(next).toBe(other);

    ran.length = 0;
    await pools.close();
    expect(new Set(sockets())).toEqual(new Set([first, second, other]));
    expect(ran.map(({ args }) => args.slice(-4)).toSorted()).toEqual([
      ["-O", "exit", "--", "ceph1"],
      ["-O", "exit", "--", "ceph2"],
      ["-O", "exit", "--", "ceph2"],
    ]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

const proxmox: ProxmoxCluster = {
  kind: "proxmox",
  name: "px1",
  identPrefix: "",
  profiles: [],
  rules: [],
  liveWorker: 1,
  compression: true,
  hooks: { timeout: 1 },
  api: { hosts: ["127.0.0.1"], port: 1, login: { tokenId: "a", tokenSecret: "b" }, tls: "unchecked" },
  useSmbios: true,
  uuidFallback: false,
  storages: {},
  defaultReach: { ssh: {} },
};
const { kind: _, api: _api, useSmbios: _s, uuidFallback: _u, storages: _t, defaultReach: _d, ...base } = proxmox;
const plain: LiveCluster = { ...base, kind: "plain", name: "rook", address: pool("rbd"), reach: at("rook1") };

const settings: Settings = {
  snapPrefix: "backup",
  profiles: [],
  backup: pool("backups"),
  liveClusters: [proxmox, plain],
  extraRetention: 0,
  backupWorker: 1,
  liveWorker: 1,
  trashDays: 7,
  timezone: "UTC",
  legacyTimezone: "UTC",
  stateDir: "/nonexistent/backurne",
  logLevel: "info",
  prettyColors: false,
  profilesApi: { url: "http://127.0.0.1:1/", mayLower: false },
};

it("opening contacts nobody, makes nothing, and leaves nothing", async () => {
  const opened = await openBackurne({ ...settings, stateDir: join(directory, "state") });
  expect(readdirSync(directory)).toEqual([]);
  await opened[Symbol.asyncDispose]();
  expect(readdirSync(directory)).toEqual([]);
});
