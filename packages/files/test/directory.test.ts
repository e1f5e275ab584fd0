import { execFileSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { listDirectory } from "../src/index.ts";
import { at, openGround } from "./fixture.ts";

test("each entry is told with what it is, and a link with where it leads", async () => {
  const { tree } = await openGround(`
    mkdir sub; printf 12345 >file; touch -d 2020-01-02T03:04:05.678Z file
    mkfifo fifo; ln -s file good; ln -s sub in; ln -s /etc/passwd host; ln -s loop loop
    ln file hard; truncate -s 5G holes`);
  const { entries, total, more } = await listDirectory(tree, [], { limit: 100 });
  expect([total, more]).toEqual([9, false]);
  const told = entries.map(({ name, kind, target, leads }) => [String(name), kind, ...(target ? [target, leads] : [])]);
  expect(told).toEqual([
    ["fifo", "fifo"],
    ["file", "file"],
    ["good", "link", "file", "file"],
    ["hard", "file"],
    ["holes", "file"],
    ["host", "link", "/etc/passwd", undefined],
    ["in", "link", "sub", "directory"],
    ["loop", "link", "loop", undefined],
    ["sub", "directory"],
  ]);
  const sized = Object.fromEntries(entries.map((entry) => [String(entry.name), entry]));
  expect(sized["file"]).toMatchObject({ size: 5, modified: "2020-01-02T03:04:05.678Z" });
  expect(sized["holes"]?.size).toBe(5 * 1024 ** 3);
});

test("a directory is entered by links, and what is none is said to be none", async () => {
  const { tree } = await openGround("mkdir -p a/b; touch a/b/c file; ln -s /a/b to");
  const { entries } = await listDirectory(tree, at("to"), { limit: 10 });
  expect(entries.map(({ name }) => String(name))).toEqual(["c"]);
  await expect(listDirectory(tree, at("file"), { limit: 10 })).rejects.toMatchObject({ code: "usage" });
  await expect(listDirectory(tree, at("none"), { limit: 10 })).rejects.toMatchObject({ code: "not-found" });
});

test("names of any bytes come in the order of their bytes", async () => {
  const { tree, root } = await openGround("");
  const names = ["\xff", "a\nb", "a", "\xe9t\xe9", "'", '"><img src=x>', "\u001b[31m", " ", "-rf", "...", "\x01"];
  execFileSync("python3", [
    "-c",
    "import os,sys\nfor n in sys.argv[2:]: open(os.fsencode(sys.argv[1])+b'/'+n.encode('latin1'),'w')",
    root,
    ...names,
  ]);
  const { entries } = await listDirectory(tree, [], { limit: 100 });
  const sorted = names.map((name) => Buffer.from(name, "latin1")).toSorted(Buffer.compare);
  expect(entries.map(({ name }) => name)).toEqual(sorted);
});

test("10 000 entries come page by page, each once", async () => {
  const { tree } = await openGround("seq -f 'file %g' 10000 | xargs -d '\\n' touch");
  const seen: string[] = [];
  let after: Buffer | undefined;
  let pages = 0;
  for (let more = true; more; pages += 1) {
    const page = await listDirectory(tree, [], { after, limit: 999 });
    expect(page.total).toBe(10_000);
    seen.push(...page.entries.map(({ name }) => String(name)));
    after = page.entries.at(-1)?.name;
    more = page.more;
  }
  expect([pages, new Set(seen).size, seen.length]).toEqual([11, 10_000, 10_000]);
  expect(seen).toEqual(seen.toSorted((a, b) => (a < b ? -1 : 1)));
});

test("links that lead to and fro cost one page so much together, and no more", async () => {
  const { tree } = await openGround(`
    echo end >"!file"; ln -s "!file" "!first"; mkdir d; ln -s "$(printf 'd/../%.0s' {1..800})1" 0
    for i in {1..30}; do ln -s "$(printf 'd/../%.0s' {1..800})$((i+1))" $i; done; echo end >31; ln -s "!file" last`);
  const enter = vi.spyOn(tree, "enter");
  const { entries } = await listDirectory(tree, [], { limit: 100 });
  expect(enter.mock.calls.length).toBeLessThanOrEqual(20_000);
  const leads = new Map(entries.map((entry) => [String(entry.name), entry.leads]));
  expect([entries.length, leads.get("!first"), leads.get("last")]).toEqual([36, "file", undefined]);
  // What the page could not follow can be entered all the same.
  await using found = await tree.find(at("last"));
  expect(found.kind).toBe("file");
});

test("a directory that nobody waits for is left", async () => {
  const { tree } = await openGround("touch a b c");
  const stop = new AbortController();
  const listed = listDirectory(tree, [], { limit: 10, signal: stop.signal });
  stop.abort();
  await expect(listed).rejects.toMatchObject({ code: "interrupted" });
});

test("a time beyond all dates is left out", async () => {
  const { momentOf } = await import("../src/directory.ts");
  expect(momentOf(2n ** 62n)).toBe(undefined);
  expect(momentOf(0n)).toBe("1970-01-01T00:00:00.000Z");
});
