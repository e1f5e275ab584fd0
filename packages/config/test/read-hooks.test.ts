import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig } from "../src/index.ts";
import { compose, plain } from "./texts.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "backurne-hooks-"));
  await mkdir(join(directory, "hooks"));
});
afterEach(() => rm(directory, { recursive: true }));

const at = (name: string) => join(directory, name);

async function write(name: string, mode: number): Promise<void> {
  await writeFile(at(name), "");
  await chmod(at(name), mode);
}

/** What is said of a configuration whose hook this is, without where that stands. */
async function problemsWith(hook: string): Promise<readonly string[]> {
  await write("b.yaml", 0o600);
  await writeFile(at("b.yaml"), compose({ more: `hooks: { pre_vm: ${at(hook)} }` }));
  const message = await readConfig(at("b.yaml")).then(
    () => "",
    (error: Error) => error.message,
  );
  const before = `${at("b.yaml")}:5:18: hooks.pre_vm: ${at(hook)}: `;
  return message.split("\n").map((line) => line.replace(before, "").replaceAll(directory, ""));
}

const change = (place: string, mode: string, owner = process.getuid?.()) =>
  `others can change ${place} (owner ${owner}, mode ${mode}); give it to root, and chmod go-w it`;

type Row = [string, () => Promise<void>, string];

const rows: Row[] = [
  ["its owner's alone", () => write("hooks/pre", 0o700), ""],
  ["everybody may run it", () => write("hooks/pre", 0o755), ""],
  ["its group may write", () => write("hooks/pre", 0o775), change("/hooks/pre", "0775")],
  ["everybody may write", () => write("hooks/pre", 0o757), change("/hooks/pre", "0757")],
  ["everybody may write, sticky", () => write("hooks/pre", 0o1757), change("/hooks/pre", "1757")],
  ["nobody may run it", () => write("hooks/pre", 0o644), "cannot be run; chmod 755 it"],
  ["a directory", () => mkdir(at("hooks/pre")), "is no program; name a file"],
  [
    "not there",
    async () => {},
    "ENOENT: no such file or directory, realpath '/hooks/pre'; put it there, or take this key out",
  ],
  [
    "in a directory of its group's",
    async () => {
      await write("hooks/pre", 0o755);
      await chmod(at("hooks"), 0o775);
    },
    change("/hooks", "0775"),
  ],
  [
    "in a directory of everybody's, further up",
    async () => {
      await write("hooks/pre", 0o755);
      await chmod(directory, 0o777);
    },
    change("", "0777"),
  ],
  [
    "in a directory like /tmp",
    async () => {
      await write("hooks/pre", 0o755);
      await chmod(at("hooks"), 0o1777);
    },
    "",
  ],
  [
    "a link to a program",
    async () => {
      await write("real", 0o755);
      await symlink(at("real"), at("hooks/pre"));
    },
    "",
  ],
  [
    "a link to what others can change",
    async () => {
      await write("real", 0o777);
      await symlink(at("real"), at("hooks/pre"));
    },
    change("/real", "0777"),
  ],
  [
    "a link to where others can change it",
    async () => {
      await mkdir(at("open"));
      await chmod(at("open"), 0o777);
      await write("open/real", 0o755);
      await symlink(at("open/real"), at("hooks/pre"));
    },
    change("/open", "0777"),
  ],
  [
    "a link that others can change",
    async () => {
      await write("real", 0o755);
      await symlink(at("real"), at("hooks/pre"));
      await chmod(at("hooks"), 0o777);
    },
    change("/hooks", "0777"),
  ],
];

test.each(rows)("a hook: %s", async (_, make, problem) => {
  await make();
  expect(await problemsWith("hooks/pre")).toEqual([problem]);
});

test.skipIf(process.getuid?.() !== 0)("a hook of somebody else's, but not of the configuration's owner", async () => {
  await write("hooks/pre", 0o755);
  await chown(at("hooks/pre"), 4321, 4321);
  expect(await problemsWith("hooks/pre")).toEqual([change("/hooks/pre", "0755", 4321)]);
  await chown(at("b.yaml"), 4321, 4321);
  expect(await problemsWith("hooks/pre")).toEqual([""]);
});

test("hooks of clusters too, each with its place, beside every other problem", async () => {
  await write("hooks/pre", 0o644);
  await write("b.yaml", 0o600);
  const hooks = `hooks: { pre_vm: ${at("hooks/pre")}, post_vm: false, pre_disk: relative, timeout: 5m }`;
  await writeFile(at("b.yaml"), compose({ clusters: [`{ ${plain}, ${hooks} }`], more: "colour: red" }));
  const error: Error = await readConfig(at("b.yaml")).then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(
    error.message
      .replaceAll(directory, "")
      .split("\n")
      .map((line) => line.replace(/:\d+: /, ": ")),
  ).toEqual([
    "/b.yaml:4: live_clusters[0].hooks.pre_disk: expected an absolute path, one that begins with /",
    "/b.yaml:5: colour: unknown key",
    "/b.yaml:4: live_clusters[0].hooks.pre_vm: /hooks/pre: cannot be run; chmod 755 it",
  ]);
});
