import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judgeWriters } from "../src/index.ts";

const OWNER = process.getuid?.() ?? 0;

/** Where nobody else can write: below somebody's home, as `/tmp` is everybody's. */
async function openPlace(): Promise<string> {
  const place = await mkdtemp(join(homedir(), ".backurne-judge-"));
  onTestFinished(() => rm(place, { recursive: true }));
  await mkdir(join(place, "open"));
  await chmod(join(place, "open"), 0o777);
  await writeFile(join(place, "file"), "");
  return place;
}

test("each link on the way counts, and where it stands", async () => {
  const place = await openPlace();
  expect(await judgeWriters(join(place, "file"), OWNER)).toBeUndefined();
  await symlink("../file", join(place, "open", "second"));
  await symlink("open/second", join(place, "first"));
  expect(await judgeWriters(join(place, "first"), OWNER)).toContain(`others can change ${join(place, "open")} `);
  await symlink(join(place, "file"), join(place, "straight"));
  expect(await judgeWriters(join(place, "straight"), OWNER)).toBeUndefined();
  await symlink("round", join(place, "round"));
  expect(await judgeWriters(join(place, "round"), OWNER)).toContain("leads round in circles");
  await expect(judgeWriters(join(place, "none"), OWNER)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a sticky directory keeps what stands in it, and lets others put more there", async () => {
  const place = await openPlace();
  await chmod(join(place, "open"), 0o1777);
  expect(await judgeWriters(join(place, "open"), OWNER)).toBeUndefined();
  expect(await judgeWriters(join(place, "open"), OWNER, true)).toContain(`others can change ${join(place, "open")} `);
});
