import { expect, it } from "vitest";
import { diskOf, open, px1 } from "./fixture.ts";
import { certificate, scratch, serve } from "./server.ts";

it("asks for each disk by what the cluster calls things", async () => {
  const { url, seen } = await serve(() => ({}));
  expect(await open({ url }).ask(diskOf("db-main"), px1)).toEqual({ answer: {} });
  expect(seen.map(({ method, url: path }) => [method, path])).toEqual([["POST", "/profiles"]]);
  expect(seen[0]?.headers).toMatchObject({ "content-type": "application/json", accept: "application/json" });
  expect(seen[0]?.headers).not.toHaveProperty("authorization");
  expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
    cluster: { type: "proxmox", name: "px1", fqdn: "px1.example.net" },
    vm: { vmid: 115, name: "db-main", tags: ["db", "prod"] },
    disk: { ceph: "ssd", rbd: "vm-115-disk-1", adapter: "scsi0" },
  });
});

it("shows its token, and never a secret of the cluster", async () => {
  const { url, seen } = await serve(() => ({}));
  await open({ url, token: "sesame" }).ask(diskOf("a"), px1);
  expect(seen[0]?.headers.authorization).toBe("Bearer sesame");
  expect(JSON.stringify(seen)).not.toContain("cluster-secret");
});

it.each([
  [{}, {}],
  [{ profiles: {} }, { profiles: {} }],
  [{ backup: false }, { backup: false }],
  [{ backup: true }, {}],
  [{ backup: null }, {}],
  [{ profiles: { daily: {} } }, { profiles: { daily: {} } }],
  [
    { profiles: { daily: { count: 365, max_on_live: 10 }, hourly: { count: 48, max_on_live: 0, priority: "high" } } },
    { profiles: { daily: { count: 365, maxOnLive: 10 }, hourly: { count: 48, maxOnLive: 0, priority: "high" } } },
  ],
  [
    { profiles: { db6h: { count: 8, every: "6h" } }, backup: false },
    { backup: false, profiles: { db6h: { count: 8, interval: 21_600_000 } } },
  ],
])("understands %j", async (said, answer) => {
  const { url } = await serve(() => said);
  expect(await open({ url }).ask(diskOf("a"), px1)).toEqual({ answer });
});

it("asks everything, sixteen at once", async () => {
  const waiting: (() => void)[] = [];
  const { url, seen, widest } = await serve(() => (response) => {
    waiting.push(() => response.end("{}"));
    // Nobody is answered before sixteen wait, or all that are left.
    if (waiting.length === 16 || seen.length === 40) for (const answer of waiting.splice(0)) answer();
  });
  const api = open({ url });
  const asked = await Promise.all(Array.from({ length: 40 }, (_, at) => api.ask(diskOf(`guest${at}`), px1)));
  expect(asked).toEqual(Array.from({ length: 40 }, () => ({ answer: {} })));
  expect(widest()).toBe(16);
});

it("believes a server whose authority is in the given file, and no other", async () => {
  const path = scratch();
  const files = certificate(path);
  const { url, seen } = await serve(() => ({ backup: false }), files);
  const stranger = await open({ url, token: "sesame" }).ask(diskOf("a"), px1);
  expect(stranger).toEqual({ answer: undefined, warning: expect.stringContaining("self-signed certificate") });
  expect(seen).toEqual([]);
  const known = await open({ url, caFile: files.cert }).ask(diskOf("a"), px1);
  expect(known).toEqual({ answer: { backup: false } });
});

it("says so when the authority's file cannot be read", async () => {
  const { ask } = open({ url: "https://127.0.0.1:1/", caFile: "/nonexistent/ca.pem" });
  expect(await ask(diskOf("a"), px1)).toEqual({
    answer: undefined,
    warning: expect.stringContaining("/nonexistent/ca.pem"),
  });
});
