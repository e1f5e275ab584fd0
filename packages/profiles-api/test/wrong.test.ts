import { describe, expect, it } from "vitest";
import { diskOf, open, px1 } from "./fixture.ts";
import { type Reply, serve } from "./server.ts";

/** What is warned of when the server says this, without the name of the server. */
async function warningOf(reply: Reply, { token, timeout }: { token?: string; timeout?: number } = {}): Promise<string> {
  const { url } = await serve(() => reply);
  const { answer, warning } = await open({ url, token }, { timeout }).ask(diskOf("a"), px1);
  expect(answer).toBeUndefined();
  expect(warning).toMatch(/^127\.0\.0\.1:\d+:? .*; what is configured applies$/);
  return warning ?? "";
}

describe("a wrong answer counts as none, and its field is named", () => {
  it.each<[string, Reply]>([
    ["expected object, received array", []],
    ["backup: Invalid input: expected boolean, received string", { backup: "no" }],
    ["bakcup: unknown key", { bakcup: false }],
    ["profiles: Invalid input", { profiles: [] }],
    ["profiles.daily: Invalid input: expected object", { profiles: { daily: 30 } }],
    ["profiles.daily.count: Invalid input: expected number, received string", { profiles: { daily: { count: "30" } } }],
    ["profiles.daily.count: expected a whole number, 1 or more", { profiles: { daily: { count: 0 } } }],
    ["profiles.daily.count: Invalid input: expected int", { profiles: { daily: { count: 1.5 } } }],
    ["profiles.daily.count: expected a smaller number", { profiles: { daily: { count: 1e9 } } }],
    ["profiles.daily.max_on_live: expected a whole number, 0 or more", { profiles: { daily: { max_on_live: -1 } } }],
    [
      'profiles.daily.priority: Invalid option: expected one of "high"|"normal"',
      { profiles: { daily: { priority: 1 } } },
    ],
    ['profiles.x.every: expected a duration like "6h"', { profiles: { x: { every: "6 hours" } } }],
    ["profiles.daily.maxOnLive: unknown key", { profiles: { daily: { maxOnLive: 2 } } }],
    ["profiles.a;b: not a name for a profile", { profiles: { "a;b": { count: 1 } } }],
    ["profiles.\\x1b[31m", { profiles: { "\u001b[31m": {} } }],
  ])("%s", async (message, said) => {
    const warning = await warningOf(said);
    expect(warning).toContain("the answer for px1/a(115)/scsi0 is wrong: ");
    expect(warning).toContain(message);
  });
});

describe("what is no answer at all", () => {
  it.each<[string, Reply]>([
    ["answered with status 500", (response) => response.writeHead(500).end("{}")],
    ["answered with status 401", (response) => response.writeHead(401).end()],
    ["answered with something that is not JSON", (response) => response.end("<html>")],
    ["answered with something that is not JSON", (response) => response.end("")],
    ["answered with more than 1048576 bytes", (response) => response.end(`"${"x".repeat(2 << 20)}"`)],
    ["other side closed", (response) => response.destroy()],
    [
      "Response body length does not match",
      (response) => response.writeHead(200, { "content-length": "9" }).write("{}", () => response.destroy()),
    ],
  ])("%s", async (message, reply) => expect(await warningOf(reply)).toContain(message));

  it.each<[string, Reply]>([
    ["says nothing", () => {}],
    ["begins an answer and never ends it", (response) => response.writeHead(200).write("{")],
  ])("is a server that %s", async (_, reply) => {
    expect(await warningOf(reply, { timeout: 300 })).toContain("no answer within 0.3 s");
  });

  it("is a redirect, which is not followed: the token is for one server", async () => {
    const other = await serve(() => ({ backup: false }));
    const warning = await warningOf((response) => response.writeHead(307, { location: other.url }).end(), {
      token: "sesame",
    });
    expect(warning).toContain("answered with status 307 (redirects are not followed)");
    expect(other.seen).toEqual([]);
  });

  it("is a server that is not there", async () => {
    const { answer, warning } = await open({ url: "http://127.0.0.1:1/" }).ask(diskOf("a"), px1);
    expect(answer).toBeUndefined();
    expect(warning).toBe("127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; what is configured applies");
  });
});

it("repeats neither the token nor what was said", async () => {
  const said = { sesame: 1, profiles: { daily: { count: "hush" } } };
  const warning = await warningOf(said, { token: "sesame" });
  expect(warning).toContain("…: unknown key");
  expect(warning).not.toMatch(/sesame|hush/);
});

it("names five of many wrong answers, and the others together", async () => {
  const { url } = await serve(() => ({ profile: {} }));
  const api = open({ url });
  const asked = await Promise.all(Array.from({ length: 50 }, (_, at) => api.ask(diskOf(`guest${at}`), px1)));
  expect(new Set(asked.map(({ warning }) => warning)).size).toBe(6);
  expect(asked.at(-1)?.warning).toContain("the answer for other disks is wrong: profile: unknown key");
});
