import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackurneError } from "@backurne/model";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findDisks, refuseUnknown } from "../src/walk.ts";

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
  expect(await findDisks(root)).toEqual({ disks: ["B-FLAT.VMDK", "web01/web01-flat.vmdk"], unseen: [] });
});

test("no link is followed, whatever it leads to", async () => {
  await symlink("../../host/secret-flat.vmdk", join(root, "web01", "web01-flat.vmdk"));
  await symlink(join(top, "host"), join(root, "absolute"));
  await symlink("../host", join(root, "climbing"));
  await symlink(".", join(root, "round"));
  expect(await findDisks(root)).toEqual({ disks: [], unseen: [] });
});

test("a root that is a link is none", async () => {
  await symlink(root, join(top, "link"));
  await expect(findDisks(join(top, "link"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test("a guest cannot keep us busy by nesting", async () => {
  await mkdir(join(root, ...Array.from({ length: 30 }, () => "d")), { recursive: true });
  await writeFile(join(root, ...Array.from({ length: 30 }, () => "d"), "deep-flat.vmdk"), "");
  expect(await findDisks(root)).toEqual({
    disks: [],
    unseen: [{ path: Array.from({ length: 8 }, () => "d").join("/"), why: "nested too deep to be looked at" }],
  });
});

test("nor by numbers: the first ones are found, and it is said that there are more", async () => {
  await mkdir(join(root, "many"));
  await Promise.all(
    Array.from({ length: 600 }, (_, index) => writeFile(join(root, "many", `${1000 + index}-flat.vmdk`), "")),
  );
  await writeFile(join(root, "z-flat.vmdk"), "");
  const { disks, unseen } = await findDisks(root);
  expect([disks.length, disks.at(-1)]).toEqual([500, "many/1499-flat.vmdk"]);
  expect(unseen).toEqual([{ path: "many/", why: "there is more in it: too much to look at all of it" }]);
});

test("what cannot be looked at is said, and the rest is found", async () => {
  await writeFile(join(root, "web01", "web01-flat.vmdk"), "");
  const gone = Buffer.concat([Buffer.from(join(root, "gone")), Buffer.from([0xff]), Buffer.from("-flat.vmdk")]);
  await writeFile(gone, ""); // no UTF-8: by the name that Node makes of it, nothing is there
  expect(await findDisks(root)).toEqual({
    disks: ["web01/web01-flat.vmdk"],
    unseen: [{ path: "gone\ufffd-flat.vmdk", why: "no such file or directory" }],
  });
});

test.each([[undefined], ["all"], ["web01"], ["web01/web01.vmdk"]])("of what there is, %s may be asked for", (asked) =>
  expect(() => refuseUnknown(asked, ["web01/web01-flat.vmdk"])).not.toThrow(),
);

test("what is not there is an error, which names what is", () => {
  const refusal = (...disks: readonly string[]): unknown => {
    try {
      return refuseUnknown("web02", disks);
    } catch (error) {
      const { code, message, hint } = error as BackurneError;
      return { code, message, hint };
    }
  };
  const said = { code: "not-found", message: "no disk in a datastore fits web02" };
  expect(refusal("db01/db01-flat.vmdk", "web01/\u001b-flat.vmdk")).toEqual({
    ...said,
    hint: "there are db01/db01-flat.vmdk, web01/\\x1b-flat.vmdk",
  });
  expect(refusal()).toEqual({ ...said, hint: "no such disk is found at all: map it without, to see why" });
});
