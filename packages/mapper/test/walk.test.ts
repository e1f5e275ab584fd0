import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findDisks } from "../src/walk.ts";

let top: string;
let root: string;
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "backurne-walk-"));
  root = join(top, "datastore");
  await mkdir(join(root, "web01"), { recursive: true });
  await mkdir(join(top, "host"));
  await writeFile(join(top, "host", "secret-flat.vmdk"), "");
});
afterEach(() => rm(top, { recursive: true }));

test("disks are found by the files that hold their bytes, in order", async () => {
  for (const name of ["web01/web01-flat.vmdk", "web01/web01.vmdk", "web01/web01.vmx", "B-FLAT.VMDK"])
    await writeFile(join(root, name), "");
  expect(await findDisks(root)).toEqual(["B-FLAT.VMDK", "web01/web01-flat.vmdk"]);
});

test("no link is followed, whatever it leads to", async () => {
  await symlink("../../host/secret-flat.vmdk", join(root, "web01", "web01-flat.vmdk"));
  await symlink(join(top, "host"), join(root, "absolute"));
  await symlink("../host", join(root, "climbing"));
  await symlink(".", join(root, "round"));
  expect(await findDisks(root)).toEqual([]);
});

test("a root that is a link is none", async () => {
  await symlink(root, join(top, "link"));
  await expect(findDisks(join(top, "link"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test("a guest cannot keep us busy by nesting", async () => {
  await mkdir(join(root, ...Array.from({ length: 30 }, () => "d")), { recursive: true });
  await writeFile(join(root, ...Array.from({ length: 30 }, () => "d"), "deep-flat.vmdk"), "");
  expect(await findDisks(root)).toEqual([]);
});
