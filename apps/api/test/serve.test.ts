import { link, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ApiSettings } from "@backurne/model";
import { writeRunFile } from "@backurne/reports";
import { expect, onTestFinished, test } from "vitest";
import { serve } from "../src/index.ts";
import { openApi } from "./world.ts";

async function start(listen: ApiSettings["listen"], hosts: readonly string[] = []) {
  const { scene, tokens } = await openApi({ api: { listen, hosts } });
  const stop = new AbortController();
  const place = Promise.withResolvers<string>();
  const ended = serve({
    ...scene,
    openOutlet: () => ({
      ...writeRunFile({ stateDir: scene.settings.stateDir, warn: () => undefined }),
      settle: async () => [],
      close: async () => [],
    }),
    tellPrecheck: async () => [],
    log: () => undefined,
    onListening: place.resolve,
    stop: stop.signal,
  });
  ended.catch(place.reject);
  onTestFinished(() => stop.abort("the test is over"));
  return { place: await place.promise, tokens, stop, ended, scene };
}

async function nameSocket(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "backurne-socket-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, "api.sock");
}

function askSocket(socketPath: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    request({ socketPath, path, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on("error", reject)
      .end();
  });
}

test("a file that is no socket is not taken for one that a dead server left", async () => {
  const socket = await nameSocket();
  await writeFile(socket, "somebody's");
  await expect(start({ socket })).rejects.toMatchObject({ code: "configuration" });
  expect(await readFile(socket, "utf8")).toBe("somebody's");
});

test("on a unix socket, which its group may use; one that a dead server left behind is in nobody's way", async () => {
  const socket = await nameSocket();
  const dead = createServer().listen(`${socket}.dead`);
  await new Promise((resolve) => dead.once("listening", resolve));
  await link(`${socket}.dead`, socket); // closing takes its own name away, and only that
  await new Promise((resolve) => dead.close(resolve));
  await expect(askSocket(socket, "/health")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const { place, tokens, stop, ended } = await start({ socket });
  expect(place).toBe(`unix:${socket}`);
  expect((await stat(socket)).mode & 0o777).toBe(0o660);
  expect((await askSocket(socket, "/health")).status).toBe(200);
  expect((await askSocket(socket, "/api/v1/images")).status).toBe(401);
  expect((await askSocket(socket, "/api/v1/images", { authorization: `Bearer ${tokens.read}` })).status).toBe(200);
  await expect(start({ socket })).rejects.toMatchObject({ code: "configuration" });
  stop.abort("enough");
  await ended;
  await expect(askSocket(socket, "/health")).rejects.toThrow();
});

test("on loopback; with the end of the server a run is stopped, and who follows it is told", async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const { place, tokens, stop, ended, scene } = await start({ host: "127.0.0.1", port });
  expect(place).toBe(`http://127.0.0.1:${port}`);
  const headers = { authorization: `Bearer ${tokens.backup}`, "content-type": "application/json" };
  const gate = Promise.withResolvers<void>();
  const { backup } = scene.backurne;
  Object.assign(scene.backurne, {
    backup: async (options: Parameters<typeof backup>[0]) => {
      options?.onEvent?.({ kind: "run-started", at: new Date(0).toISOString(), run: "one", host: "bk1", version: "0" });
      options?.signal?.addEventListener("abort", () => gate.resolve());
      await gate.promise;
      return backup(options);
    },
  });
  const begun = await fetch(`${place}/api/v1/runs`, { method: "POST", headers, body: "{}" });
  expect(begun.status).toBe(202);
  const events = await fetch(`${place}/api/v1/runs/one/events`, { headers });
  stop.abort("stopped by SIGTERM");
  expect(await events.text()).toMatch(/event: report\n/);
  await ended;
  await expect(fetch(`${place}/health`)).rejects.toThrow();
});
