import { expect, test, vi } from "vitest";
import { openGate } from "../src/gate.ts";
import { problem } from "../src/problem.ts";
import { openApi } from "./world.ts";

test("so many are let in, so many wait, and the others are sent away; whoever leaves makes room", async () => {
  const gate = openGate({ atOnce: 2, waiting: 1 });
  let inside = 0;
  let most = 0;
  const go = Promise.withResolvers<void>();
  const work = async (): Promise<string> => {
    most = Math.max(most, (inside += 1));
    await go.promise;
    inside -= 1;
    return "done";
  };
  const three = [gate(work), gate(work), gate(work)];
  await expect(gate(work)).rejects.toMatchObject({ code: "busy" });
  go.resolve();
  expect(await Promise.all(three)).toEqual(["done", "done", "done"]);
  expect(most).toBe(2);
  await expect(gate(async () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
  expect(await gate(work)).toBe("done");
});

test("those who ask about different images at once take turns, and too many of them are told to come again", async () => {
  const { ask, world } = await openApi();
  let looking = 0;
  let most = 0;
  const go = Promise.withResolvers<void>();
  world.before = async (call) => {
    if (!call.startsWith("alpha inventory")) return;
    most = Math.max(most, (looking += 1));
    await go.promise;
    looking -= 1;
  };
  const refused: Response[] = [];
  const asked = Array.from({ length: 120 }, async (_, index) => {
    const response = await ask(`/api/v1/images/none${index}`, { as: "read" });
    if (response.status === 429) refused.push(response);
    return response.status;
  });
  // Four look, a hundred wait.
  await vi.waitUntil(() => refused.length === 16, 30_000);
  expect(refused[0]?.headers.get("retry-after")).toBe("5");
  expect(problem.parse(await refused[0]?.json())).toMatchObject({ code: "busy", status: 429 });
  go.resolve();
  expect((await Promise.all(asked)).filter((status) => status === 404)).toHaveLength(104);
  expect(most).toBeLessThanOrEqual(4);
  expect((await ask("/api/v1/images/none500", { as: "read" })).status).toBe(404);
});

test("a browser is told so on a page", async () => {
  const { ask, scene } = await openApi();
  const busy = openGate({ atOnce: 1, waiting: 0 });
  const go = Promise.withResolvers<void>();
  const first = busy(() => go.promise);
  Object.assign(scene.reads, { share: (_: string, look: () => Promise<unknown>) => busy(look) });
  const response = await ask("/plan", { headers: { accept: "text/html" } });
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "5"]);
  expect(await response.text()).toContain("Too much is asked at once");
  go.resolve();
  await first;
});

test("so many follow a run, and no more; who goes away makes room", async () => {
  const { ask, scene, world } = await openApi();
  const go = Promise.withResolvers<void>();
  world.before = (call) => (call.startsWith("alpha inventory") ? go.promise : undefined);
  const { run } = (await (await ask("/api/v1/runs", { body: { cluster: "alpha" } })).json()) as { run: string };
  const stop = new AbortController();
  const follow = () => ask(`/api/v1/runs/${run}/events`, { as: "read", signal: stop.signal });
  const followers = [];
  for (let count = 0; count < 100; count += 1) {
    const response = await follow();
    const reader = response.body?.getReader();
    await reader?.read();
    followers.push({ status: response.status, reader });
  }
  expect(new Set(followers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(scene.ceilings.followers.inside).toBe(100);
  const late = await follow();
  expect([late.status, late.headers.get("retry-after")]).toEqual([429, "5"]);
  await followers[0]?.reader?.cancel();
  await vi.waitUntil(() => scene.ceilings.followers.inside < 100, 30_000);
  expect((await follow()).status).toBe(200);
  go.resolve();
  stop.abort();
  await Promise.all(followers.map(({ reader }) => reader?.cancel()));
  await scene.runs.close("enough");
});
