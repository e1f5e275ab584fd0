import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { diskOf, HOUR, NOW, open, px1 } from "./fixture.ts";
import { scratch, serve } from "./server.ts";

const NOBODY = "http://127.0.0.1:1/";
const a = diskOf("a");
const refused = "127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1";

/** Lets a server answer for the disks once, and what it said stand in a file. */
async function remember(said: object, disks = [a], now = NOW): Promise<string> {
  const stateFile = scratch()("state/profiles-api.json");
  const { url } = await serve(() => said);
  const api = open({ url, token: "sesame" }, { stateFile, now: () => now });
  await Promise.all(disks.map((disk) => api.ask(disk, px1)));
  return stateFile;
}

describe("while the server is silent, its last good answer is used", () => {
  const said = { profiles: { x: { count: 9, every: "6h" } }, backup: false };
  const answer = { profiles: { x: { count: 9, interval: 6 * HOUR } }, backup: false };

  it.each([
    [0, "less than an hour"],
    [-HOUR, "less than an hour"],
    [1.9 * HOUR, "1 h"],
    [71 * HOUR, "71 h"],
    [100 * HOUR, "4 d"],
  ])("%i ms later", async (later, age) => {
    const stateFile = await remember(said);
    const api = open({ url: NOBODY }, { stateFile, now: () => NOW + later });
    expect(await api.ask(a, px1)).toEqual({ answer, warning: `${refused}; its answer of ${age} ago is used` });
  });

  it("for each disk its own, in one warning", async () => {
    const stateFile = await remember(said, [a, diskOf("a", "scsi1")]);
    const api = open({ url: NOBODY }, { stateFile });
    const disks = [a, diskOf("a", "scsi1"), diskOf("b")];
    const asked = await Promise.all(disks.map((disk) => api.ask(disk, px1)));
    expect(asked.map((one) => one.answer)).toEqual([answer, answer, undefined]);
    expect(asked[0]?.warning).toBe(asked[1]?.warning);
    expect(asked[2]?.warning).toBe(`${refused}; what is configured applies`);
  });

  it("also when it answers, but wrongly; and the good answer stays the last one", async () => {
    const stateFile = await remember(said);
    const { url } = await serve(() => ({ profiles: { x: 1 } }));
    for (const _ of [1, 2]) {
      const { answer: used, warning } = await open({ url }, { stateFile }).ask(a, px1);
      expect(used).toEqual(answer);
      expect(warning).toMatch(/profiles\.x: .*; its answer of less than an hour ago is used$/);
    }
  });

  it("and a later one takes its place", async () => {
    const stateFile = await remember(said);
    const { url } = await serve(() => ({}));
    await open({ url }, { stateFile }).ask(a, px1);
    expect((await open({ url: NOBODY }, { stateFile }).ask(a, px1)).answer).toEqual({});
  });

  it("without a file only as long as the process lives", async () => {
    let silent = false;
    const { url } = await serve(() => (silent ? (response) => response.destroy() : said));
    const api = open({ url });
    expect(await api.ask(a, px1)).toEqual({ answer });
    silent = true;
    expect(await api.ask(a, px1)).toMatchObject({ answer, warning: expect.stringContaining("less than an hour ago") });
  });
});

describe("the file", () => {
  it("is for nobody else, holds no secret, and has nothing beside it", async () => {
    const stateFile = await remember({ backup: false });
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(stateFile, "utf8")).not.toMatch(/sesame|secret/);
    expect(readdirSync(dirname(stateFile))).toEqual(["profiles-api.json"]);
  });

  it("is written once for many questions, when the last is answered", async () => {
    const disks = Array.from({ length: 40 }, (_, at) => diskOf(`guest${at}`));
    const stateFile = scratch()("profiles-api.json");
    const before = { ino: 0 };
    const { url } = await serve(() => {
      before.ino ||= statSync(stateFile, { throwIfNoEntry: false })?.ino ?? 0;
      return {};
    });
    const api = open({ url }, { stateFile });
    await Promise.all(disks.map((disk) => api.ask(disk, px1)));
    expect(before.ino).toBe(0);
    expect(Object.keys(JSON.parse(readFileSync(stateFile, "utf8")).answers)).toHaveLength(40);
  });

  it.each([
    ["is not there", undefined],
    ["is empty", ""],
    ["is cut", '{"version":1,"answers":{"'],
    ["is of another version", '{"version":2,"answers":{}}'],
    ["is a list", "[]"],
    [
      "holds an answer that is none",
      JSON.stringify({ version: 1, answers: { "uuid-of-a;scsi0": { at: 1, answer: 2 } } }),
    ],
  ])("may be lost: it %s", async (_, text) => {
    const stateFile = scratch()("profiles-api.json");
    if (text !== undefined) writeFileSync(stateFile, text);
    const lost = await open({ url: NOBODY }, { stateFile }).ask(a, px1);
    expect(lost).toEqual({ answer: undefined, warning: `${refused}; what is configured applies` });
    const { url } = await serve(() => ({ backup: false }));
    expect(await open({ url }, { stateFile }).ask(a, px1)).toEqual({ answer: { backup: false } });
    expect((await open({ url: NOBODY }, { stateFile }).ask(a, px1)).answer).toEqual({ backup: false });
  });

  it("that cannot be written is a warning", async () => {
    const path = scratch();
    mkdirSync(path("profiles-api.json"));
    const { url } = await serve(() => ({ backup: false }));
    const asked = await open({ url }, { stateFile: path("profiles-api.json") }).ask(a, px1);
    expect(asked).toMatchObject({
      answer: { backup: false },
      warning: /^answers are not remembered: .*EISDIR|ENOTEMPTY/,
    });
    expect(readdirSync(path("."))).toEqual(["profiles-api.json"]);
  });

  it("forgets disks that nobody asked for in ninety days", async () => {
    const stateFile = await remember({ backup: false }, [a], NOW - 91 * 24 * HOUR);
    const { url } = await serve(() => ({}));
    await open({ url }, { stateFile }).ask(diskOf("b"), px1);
    expect(Object.keys(JSON.parse(readFileSync(stateFile, "utf8")).answers)).toEqual(["uuid-of-b;scsi0"]);
  });
});

describe("a server that is silent for three questions in a row", () => {
  const many = Array.from({ length: 60 }, (_, at) => diskOf(`guest${at}`));

  it("is asked nothing more in this run, for one warning, and again in the next", async () => {
    const { url, seen } = await serve(() => () => {});
    const api = open({ url }, { timeout: 300 });
    const asked = await Promise.all(many.map((disk) => api.ask(disk, px1)));
    const before = seen.length;
    expect(before).toBeLessThanOrEqual(16 + 2); // those under way, and those that took the places of the first two
    expect(new Set(asked.map(({ warning }) => warning)).size).toBe(1);
    await api.ask(a, px1);
    expect(seen).toHaveLength(before + 1);
  });

  it("is asked everything when it answers every third question", async () => {
    let count = 0;
    let answerFirst = () => {};
    const { url, seen } = await serve(() => (response) => {
      if (count++ === 0) answerFirst = () => response.end("{}");
      else if (count % 3 === 0) response.end("{}");
      else response.destroy();
    });
    const api = open({ url });
    const first = api.ask(a, px1); // open all the time: the others are of the same run
    for (const disk of many) await api.ask(disk, px1);
    answerFirst();
    await first;
    expect(seen).toHaveLength(61);
  });

  it.each([500, 307])("is not one that answers with %i", async (status) => {
    const { url, seen } = await serve(() => (response) => response.writeHead(status).end());
    const api = open({ url });
    await Promise.all(many.map((disk) => api.ask(disk, px1)));
    expect(seen).toHaveLength(60);
  });
});
