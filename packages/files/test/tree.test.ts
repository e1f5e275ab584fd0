import { readdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { BackurneError } from "@backurne/model";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFile, openTree, type Tree } from "../src/index.ts";
import { at, gather, lay, openGround, SECRET } from "./fixture.ts";

const LINKS = `
  mkdir -p etc home/a deep/er/est
  echo ours >etc/passwd
  echo hello >home/a/file
  ln -s /etc/passwd absolute
  ln -s etc/passwd relative
  ln -s ../../../../../../../../etc/passwd home/upwards
  ln -s ../../../../../../../../../.. deep/er/est/root
  ln -s /deep/er/est/root/home/a through
  ln -s through/file chain
  ln -s loop loop
  ln -s b a; ln -s a b
  ln -s "$1"/secret host
  ln -s ../outside/secret beside
  ln -s .. up
  ln -s /proc/self/root/etc/passwd kernel
  ln -s /dev/zero zero
  ln -s . here
  ln -s //etc///./passwd crooked
  ln -s etc/passwd/ slash
`;

/** Where a path leads: the content of what is there, or the code of the error. */
const matrix: readonly (readonly [path: string, outcome: string])[] = [
  ["etc/passwd", "ours\n"],
  ["absolute", "ours\n"],
  ["relative", "ours\n"],
  ["home/upwards", "ours\n"],
  ["deep/er/est/root/etc/passwd", "ours\n"],
  ["through/file", "hello\n"],
  ["chain", "hello\n"],
  ["crooked", "ours\n"],
  ["slash", "ours\n"],
  ["up/etc/passwd", "ours\n"],
  ["up/up/up/absolute", "ours\n"],
  ["here/here/here/relative", "ours\n"],
  ["..", "directory"],
  ["../outside/secret", "not-found"],
  ["etc/../../outside/secret", "not-found"],
  ["loop", "refused"],
  ["a", "refused"],
  ["loop/x", "refused"],
  ["host", "not-found"],
  ["beside", "not-found"],
  ["kernel", "not-found"],
  ["zero", "not-found"],
  ["etc/passwd/x", "not-found"],
  ["nothing", "not-found"],
  ["nothing/etc", "not-found"],
  ["x".repeat(300), "usage"],
];

test.each(matrix)("%s", async (path, outcome) => {
  const { tree } = await openGround(LINKS);
  expect(await outcomeOf(tree, path)).toBe(outcome);
});

test("what is found says where it is, through no link", async () => {
  const { tree } = await openGround(LINKS);
  await using found = await tree.find(at("through/file"));
  expect(found.path.map(String)).toEqual(["home", "a", "file"]);
});

test("a link that goes to and fro without end is given up", async () => {
  const { tree } = await openGround(`
    mkdir d; ln -s "$(printf 'd/../%.0s' {1..800})1" 0
    for i in {1..30}; do ln -s "$(printf 'd/../%.0s' {1..800})$((i+1))" $i; done; echo end >31`);
  const error = await tree.find(at("0")).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "refused", message: expect.stringContaining("to and fro") });
});

test("nothing stays open, whatever comes of it", async () => {
  const ground = lay(LINKS);
  const count = () => readdirSync("/proc/self/fd").length;
  const all = async () => {
    await using tree = await openTree(ground.root);
    for (const [path] of matrix) await outcomeOf(tree, path);
  };
  await all();
  const before = count();
  await all();
  expect(count()).toBe(before);
});

describe("what is no file", () => {
  const SPECIAL = `
    mkfifo fifo; ln -s fifo to-fifo
    perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1)'
    mknod zero c 1 5 || echo "no devices here" >no-devices
    mkdir directory`;

  test.each(["fifo", "to-fifo", "socket", "zero"])("a %s is never opened, and does not hang anybody", async (name) => {
    const { tree } = await openGround(SPECIAL);
    if (name === "zero" && (await outcomeOf(tree, "no-devices")) !== "not-found") return; // only root makes devices
    expect(await outcomeOf(tree, name)).toBe("refused");
  });

  test("a directory is not read", async () => {
    const { tree } = await openGround(SPECIAL);
    await expect(openFile(tree, at("directory"))).rejects.toMatchObject({ code: "usage" });
  });
});

test("another mount is not entered", async () => {
  // The one mount in another that is there everywhere, for whomever.
  await using tree = await openTree("/dev");
  const error = await tree.find(at("pts")).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "refused", message: expect.stringContaining("another mount") });
});

test("a directory that is swapped for a link between any two steps leads nowhere else", async () => {
  const { tree, root, outside } = await openGround(`
    mkdir -p real/sub; echo inside >real/sub/secret
    mkdir "$1"/sub; cp "$1"/secret "$1"/sub/secret`);
  // As fast as it can: `swap` is the directory, then a link to the neighbour, then the directory.
  const worker = new Worker(
    `const { renameSync, symlinkSync } = require("node:fs");
     const { root, outside } = require("node:worker_threads").workerData;
     symlinkSync(outside, root + "/link");
     for (;;) {
       try { renameSync(root + "/real", root + "/swap"); renameSync(root + "/swap", root + "/real"); } catch {}
       try { renameSync(root + "/link", root + "/swap"); renameSync(root + "/swap", root + "/link"); } catch {}
     }`,
    { eval: true, workerData: { root, outside } },
  );
  onTestFinished(async () => void (await worker.terminate()));
  const seen = new Map<string, number>();
  for (let round = 0; round < 4000; round += 1) {
    const outcome = await outcomeOf(tree, "swap/sub/secret");
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  expect([...seen.keys()].join()).not.toContain(SECRET);
  // Otherwise nothing was swapped while it was looked at.
  expect(seen.get("inside\n")).toBeGreaterThan(0);
  expect(seen.get("not-found")).toBeGreaterThan(0);
});

async function outcomeOf(tree: Tree, path: string): Promise<string> {
  try {
    await using found = await tree.find(at(path));
    if (found.kind === "directory") return "directory";
    await using file = await openFile(tree, at(path));
    return (await gather(file.read({ from: 0n, to: file.size }))).toString();
  } catch (error) {
    if (error instanceof BackurneError) return error.code;
    throw error;
  }
}
