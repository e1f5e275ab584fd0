import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginJournal, continueJournal, readJournal } from "../src/journal.ts";
import { foldJournal, type Entry, type Header } from "../src/story.ts";

const header: Header = {
  version: 1,
  id: "m1",
  uuid: "u",
  boot: "b",
  room: "/run/backurne/m1",
  backups: [],
  by: "root",
  since: "s",
};
const opening = (step: number): Entry => ({ kind: "opening", step, layer: "lvm", record: { group: `g${step}` } });
const opened = (step: number): Entry => ({ kind: "opened", step });
const closed = (step: number): Entry => ({ kind: "closed", step });
const ready: Entry = { kind: "ready" };
const lines = (...entries: readonly object[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");

/** Steps that are open, `?` behind those of which nobody knows, `!` at the end when map was done. */
function sum(text: string): string {
  const story = foldJournal(text);
  if (story === undefined) return "nothing";
  return `${story.steps.map(({ step, opened: known }) => `${step}${known ? "" : "?"}`).join(" ")}${story.ready ? " !" : ""}`;
}

describe("what a journal adds up to", () => {
  test.each<[string, string, string]>([
    ["nothing", "", "nothing"],
    ["a first line that was cut", '{"version":1,"id"', "nothing"],
    ["a beginning", lines(header), ""],
    ["something begun", lines(header, opening(1)), "1?"],
    ["something open", lines(header, opening(1), opened(1), opening(2)), "1 2?"],
    ["all of it", lines(header, opening(1), opened(1), opening(2), opened(2), ready), "1 2 !"],
    ["a layer that could not be opened", lines(header, opening(1), opened(1), opening(2), closed(2), ready), "1 !"],
    ["half undone", lines(header, opening(1), opened(1), opening(2), opened(2), ready, closed(2)), "1"],
    ["a line that was cut", `${lines(header, opening(1), opened(1))}{"kind":"opening","st`, "1"],
    ["one that was cut, and others behind it", `${lines(header, opening(1), opened(1))}{"ki\n${lines(closed(1))}`, ""],
  ])("%s", (_, text, expected) => expect(sum(text)).toBe(expected));

  test.each<[string, string, RegExp]>([
    ["another version's", lines({ ...header, version: 2 }), /another version of backurne \(format 2\)$/],
    ["one without its first line", `{"ver\n${lines(opening(1))}`, /broken in line 1$/],
    ["one of somebody else's", lines({ hello: "world" }), /broken in line 1$/],
    ["an entry that none of ours is", lines(header, opening(1), { kind: "burnt", step: 1 }), /broken in line 3$/],
    ["a step that never began", lines(header, opened(1)), /broken in line 2$/],
  ])("%s is not guessed at", (_, text, why) => expect(() => foldJournal(text)).toThrow(why));
});

test("what was doubted of a backup when it was mapped is still known", () => {
  const backup = { reference: "a", image: "i", snapshot: "s", creation: "2026-11-01T00:00:00.000Z" };
  const backups = [backup, { ...backup, doubts: ["it may differ"] }];
  expect(foldJournal(lines({ ...header, backups }))?.header.backups).toEqual(backups);
});

describe("on the disk", () => {
  let directory: string;
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "backurne-journal-"))));
  afterAll(() => rm(directory, { recursive: true }));

  test("it is gone on with after a crash in the middle of a line", async () => {
    {
      await using journal = await beginJournal(directory, header);
      await journal.write(opening(1));
    }
    await appendFile(join(directory, "journal"), '{"kind":"ope');
    {
      await using journal = await continueJournal(directory);
      await journal.write(opened(1));
    }
    expect(await readJournal(directory)).toMatchObject({ header, steps: [{ step: 1, opened: true }] });
    expect(await readFile(join(directory, "journal"), "utf8")).not.toContain("\n\n");
  });

  test("is begun once", async () => {
    await expect(beginJournal(directory, header)).rejects.toMatchObject({ code: "EEXIST" });
  });
});
