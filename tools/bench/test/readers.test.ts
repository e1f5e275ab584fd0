import { createServer } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openBare, startReaders } from "../src/readers.ts";

test("readers ask one path after the other until they are sent away, and count what is no answer; followers see the end", async () => {
  const asked = new Map<string, number>();
  const followed = Promise.withResolvers<void>();
  const server = createServer(({ url = "", headers }, response) => {
    asked.set(url, (asked.get(url) ?? 0) + 1);
    if (headers.authorization !== "Bearer t") return void response.writeHead(401).end();
    if (asked.get("/run/events") === 2) followed.resolve();
    response.writeHead(url === "/none" ? 404 : 200).end(url === "/run/events" ? "event: report\n\n" : "here");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const readers = startReaders({ url, token: "t", paths: ["/one", "/none"], readers: 4, followers: 2 });
  readers.follow("/run");
  await followed.promise;
  const { times, wrong, followed: seen } = await readers.end();
  expect(seen).toBe(2);
  expect(times).toHaveLength((asked.get("/one") ?? 0) + (asked.get("/none") ?? 0));
  expect(wrong).toEqual({ 404: asked.get("/none") });
});

test("the bare server answers the same bytes", async () => {
  const dir = await mkdtemp(join(tmpdir(), "backurne-bench-bare-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const server = createServer(({ url = "" }, response) => {
    response.writeHead(url === "/broken" ? 500 : 200, { "content-type": "text/plain" }).end(`of ${url} – ü`);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using bare = await openBare({ url, token: "t", paths: ["/a", "/b?c"] }, dir);
  const answer = await fetch(`${bare.said}/b?c`);
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
    200,
    "text/plain",
    "of /b?c – ü",
  ]);
  expect((await fetch(`${bare.said}/other`)).status).toBe(404);
  await expect(openBare({ url, token: "t", paths: ["/broken"] }, dir)).rejects.toThrow("/broken: 500");
});
