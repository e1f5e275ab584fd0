import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Disk, ProxmoxCluster } from "@backurne/model";
import { openProfilesApi } from "@backurne/profiles-api";
import { expect, it, onTestFinished, vi } from "vitest";
import { createProfilesServer } from "../src/server.ts";

vi.setConfig({ testTimeout: 60_000 }); // real connections, perhaps on a busy machine

const EXAMPLE = fileURLToPath(new URL("../rules.yaml", import.meta.url));

const px1: ProxmoxCluster = {
  kind: "proxmox",
  name: "px1",
  identPrefix: "",
  profiles: [],
  rules: [],
  liveWorker: 1,
  compression: false,
  hooks: { timeout: 1 },
  api: { hosts: ["px1"], port: 8006, login: { tokenId: "", tokenSecret: "" }, tls: "system" },
  useSmbios: true,
  uuidFallback: false,
  storages: {},
  defaultReach: { ssh: {} },
};

function diskOf(name: string, vmid: number, tags: readonly string[] = []): Disk {
  const key = { ident: name, disk: "scsi0" };
  const image = `vm-${vmid}-disk-0`;
  const where = { cluster: "px1", pool: "rbd", namespace: "", storage: "ssd", image };
  return { ...where, guest: name, disk: "scsi0", key, comment: name, vm: { vmid, kind: "qemu", tags } };
}

async function start(rulesFile = EXAMPLE, token?: string): Promise<string> {
  const server = createProfilesServer({ rulesFile, token, log: () => {} });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function openClient(url: string, token?: string) {
  const api = openProfilesApi({ url, token, mayLower: false });
  onTestFinished(() => api.close());
  return api;
}

it.each<[string, Disk, object]>([
  ["nothing for a guest that no rule fits", diskOf("web01", 100), {}],
  ["a guest by its tag", diskOf("db-tmp", 101, ["scratch"]), { backup: false }],
  [
    "guests by a pattern",
    diskOf("db-main", 115),
    { profiles: { hourly: { count: 96, priority: "high" }, db6h: { count: 28, interval: 21_600_000 } } },
  ],
  ["a guest by its number", diskOf("web", 115), { profiles: { daily: { count: 365, maxOnLive: 10 } } }],
])("the example says %s", async (_, disk, answer) => {
  expect(await openClient(await start()).ask(disk, px1)).toEqual({ answer });
});

it("a rule for one cluster is for that one", async () => {
  const { ask } = openClient(await start());
  expect(await ask(diskOf("db-main", 7), { ...px1, name: "px2" })).toEqual({ answer: {} });
});

it("asks for the token", async () => {
  const url = await start(EXAMPLE, "sesame");
  expect((await openClient(url).ask(diskOf("a", 1), px1)).warning).toContain("status 401");
  expect((await openClient(url, "sesam").ask(diskOf("a", 1), px1)).warning).toContain("status 401");
  expect(await openClient(url, "sesame").ask(diskOf("a", 1), px1)).toEqual({ answer: {} });
});

it("an edit counts at once, and a mistake in the rules is no answer", async () => {
  const directory = mkdtempSync(join(tmpdir(), "backurne-profiles-server-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const rules = join(directory, "rules.json");
  writeFileSync(rules, "[]");
  const { ask } = openClient(await start(rules));
  expect(await ask(diskOf("a", 1), px1)).toEqual({ answer: {} });
  writeFileSync(rules, JSON.stringify([{ match: {}, backup: false }]));
  expect(await ask(diskOf("a", 1), px1)).toEqual({ answer: { backup: false } });
  writeFileSync(rules, JSON.stringify([{ match: { nmae: "a" }, backup: false }]));
  const { answer, warning } = await ask(diskOf("a", 1), px1);
  expect(answer).toEqual({ backup: false });
  expect(warning).toMatch(/answered with status 500; its answer of less than an hour ago is used$/);
});

it("answers to POST only", async () => {
  const url = await start();
  const status = await new Promise((resolve) => get(url, (response) => resolve(response.resume().statusCode)));
  expect(status).toBe(405);
});
