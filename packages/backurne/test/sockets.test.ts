import { chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSocketDirectory, ownerName } from "../src/sockets.ts";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "backurne-sockets-"));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** Of this process, and of others of whom only one lives: its parent. */
const [namespace = "", own = "", started = ""] = (ownerName(process.pid) ?? "").split(".");
const later = (Number.parseInt(started, 36) + 1).toString(36);
const nobody = (2 ** 22 + 1).toString(36); // above every pid
const OWNERS = {
  living: ownerName(process.ppid) ?? "",
  dead: [namespace, nobody, started].join("."),
  "dead, and its number was given again": [namespace, own, later].join("."),
  "of another namespace": ["1", nobody, started].join("."),
  "of an earlier version": "AbCdEf",
};

async function leave(owner: string): Promise<string> {
  const name = `backurne-ssh-${owner}-AbCdEf`;
  await mkdir(join(parent, name));
  return name;
}

test.each(Object.entries(OWNERS))("a directory whose owner is %s", async (what, owner) => {
  const left = await leave(owner);
  await writeFile(join(parent, left, "m"), "");
  const made = makeSocketDirectory(parent);
  const standing = await readdir(parent);
  expect(standing.map((name) => join(parent, name))).toContain(made);
  expect(standing.includes(left)).toBe(!what.startsWith("dead"));
});

test("those of one process stand side by side", async () => {
  const made = [makeSocketDirectory(parent), makeSocketDirectory(parent)];
  expect((await readdir(parent)).map((name) => join(parent, name)).toSorted()).toEqual(made.toSorted());
});

test("nothing is removed that only looks like one: a link leads nowhere", async () => {
  const elsewhere = join(parent, "elsewhere");
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, "precious"), "");
  await symlink(elsewhere, join(parent, `backurne-ssh-${OWNERS.dead}-AbCdEf`));
  makeSocketDirectory(parent);
  expect(await readdir(elsewhere)).toEqual(["precious"]);
});

test.runIf(process.getuid?.() === 0)("another user's stays", async () => {
  const left = await leave(OWNERS.dead);
  await chown(join(parent, left), 1, 1);
  makeSocketDirectory(parent);
  expect(await readdir(parent)).toContain(left);
});

test("a path that would be too long for a socket says nothing of its owner", async () => {
  const long = join(parent, "x".repeat(62 - parent.length));
  await mkdir(long);
  const made = makeSocketDirectory(long);
  expect(made).toBe(join(long, made.slice(-"backurne-ssh-AbCdEf".length)));
  expect(`${made}/s99999.0123456789abcdef`.length).toBeLessThanOrEqual(107);
  expect(makeSocketDirectory(parent)).toContain(`backurne-ssh-${ownerName(process.pid)}-`);
});
