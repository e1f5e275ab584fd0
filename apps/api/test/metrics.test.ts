import { expect, test, vi } from "vitest";
import { openApi } from "./world.ts";

test("a scrape is answered with a token, and asks the clusters now and then only", async () => {
  const { ask, world, scene } = await openApi();
  await scene.backurne.precheck();
  const scrape = async () => {
    const response = await ask("/metrics", { as: "read" });
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    return response.text();
  };
  expect((await ask("/metrics", { as: null })).status).toBe(401);
  world.calls.length = 0;
  const text = await scrape();
  const at = Date.parse("2026-01-03T01:00:00Z") / 1000;
  expect(text).toContain(
    `backurne_last_backup_timestamp_seconds{cluster="alpha",guest="disk",disk="disk",image="alpha;disk;None",profile="daily"} ${at}`,
  );
  expect(text).toContain('backurne_used_bytes{image="alpha;disk;None"} 4096');
  expect(text).toContain("backurne_check_state 0");
  for (let count = 0; count < 5; count += 1, world.now += 15_000) await scrape();
  const listings = () => world.calls.filter((call) => call === "alpha inventory").length;
  const before = listings();
  await scrape();
  expect(listings()).toBe(before);
  world.now += 6 * 60_000;
  await scrape();
  await vi.waitUntil(() => listings() === before + 1);
});

test("who scrapes while the clusters are looked at is answered from what was seen before", async () => {
  const { ask, world } = await openApi();
  const scrape = async () => (await ask("/metrics")).text();
  expect(await scrape()).toContain("backurne_listed 1\n");
  const answers = Promise.withResolvers<void>();
  world.before = (call) => (call.startsWith("backup inventory") ? answers.promise : undefined);
  world.now += 6 * 60_000;
  for (let count = 0; count < 3; count += 1) expect(await scrape()).toContain("backurne_listed 1\n");
  answers.resolve();
});

test("a pool that cannot be listed is a number, and no error", async () => {
  const { ask, world, logged } = await openApi();
  world.before = (call) => {
    if (call.startsWith("backup inventory")) throw new Error("no monitor answers");
    return undefined;
  };
  const response = await ask("/metrics", { as: "read" });
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("backurne_listed 0\n")]);
  expect(String(logged)).toContain("no monitor answers");
  // Soon it is tried again.
  world.before = undefined;
  expect(await (await ask("/metrics")).text()).toContain("backurne_listed 0\n");
  world.now += 61_000;
  await vi.waitUntil(async () => (await (await ask("/metrics")).text()).includes("backurne_listed 1\n"));
});
