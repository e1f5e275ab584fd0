import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { errands } from "./errands.ts";
import { openApi } from "./world.ts";

/** All that a look may ask of a cluster. */
const READING = /^\w+( trash)? (inventory|metadata|read|list|changedBytes)\b/;

const PLACES = ["/", "/images/alpha%2Fdisk", "/guests/px1%2Fweb", "/plan", "/runs", "/policies", "/findings"];
const OTHERS = ["/metrics", "/openapi.json", "/backup/", "/backup/host/web/", "/backup/alpha;disk;None/"];

/** Every file, with its content. */
async function filesIn(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(directory, { recursive: true })).sort();
  const found = names.map(async (name) => {
    const path = join(directory, name);
    return [name, (await stat(path)).isFile() ? await readFile(path, "utf8") : ""] as const;
  });
  return new Map(await Promise.all(found));
}

test("looking changes nothing, neither on a cluster nor on this host", async () => {
  const { ask, world, scene } = await openApi();
  await scene.backurne.precheck();
  await scene.backurne.setGuestProfiles({ cluster: "px1", vmid: 100 }, { profiles: { daily: { count: 9 } } });
  const before = await filesIn(scene.settings.stateDir);
  world.calls.length = 0;
  const paths = errands().flatMap(({ method, path }) => (method === "GET" ? [path] : []));
  for (const path of [...paths, ...PLACES, ...OTHERS]) {
    const response = await ask(path, { as: "read" });
    await response.text();
    world.now += 60_000;
  }
  expect(world.calls.filter((call) => !READING.test(call))).toEqual([]);
  expect(await filesIn(scene.settings.stateDir)).toEqual(before);
});

test("a precheck that was asked for here tells who is to be told, as one of the command line", async () => {
  const got: unknown[] = [];
  let status = 500;
  const server = createServer(async (request, response) => {
    got.push(JSON.parse(await text(request)));
    response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const notify = { on: ["late"], again: 1, webhook: { url, tls: {} } } as const;
  const { ask, world, logged } = await openApi({ notify });
  world.now += 5 * 86_400_000;
  expect((await ask("/api/v1/check", { method: "POST", as: "backup" })).status).toBe(200);
  // Whoever asked has his answer; the log knows that nobody else has.
  expect(logged).toContain("notify: webhook: answered with status 500");
  status = 204;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect((await ask("/findings", { method: "POST", as: "backup", headers: form })).status).toBe(303);
  expect(got).toEqual([1, 2].map(() => expect.objectContaining({ kind: "notice", about: ["late"], host: "bk1" })));
});
