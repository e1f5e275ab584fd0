import { expect, test } from "vitest";
import { readRoom } from "../src/index.ts";
import { fakeRun } from "./fake-run.ts";

const address = { pool: "backup", namespace: "ns", cephConf: "/etc/ceph/b.conf", cephId: "b" };

// As Ceph 16.2.15 prints it, but for what nobody reads.
const detail = (flags_names: string, quota = {}): string =>
  JSON.stringify([
    { pool_name: "other", flags_names: "hashpspool,full,full_quota", quota_max_bytes: 7, quota_max_objects: 0 },
    { pool_name: "backup", flags_names, quota_max_bytes: 0, quota_max_objects: 0, ...quota },
  ]);

test.each([
  ["hashpspool,selfmanaged_snaps", {}, { kind: "room" }],
  ["hashpspool,nearfull,selfmanaged_snaps", { quota_max_bytes: 9 }, { kind: "room" }],
  ["hashpspool,full,selfmanaged_snaps", {}, { kind: "full" }],
  [
    "hashpspool,full,full_quota,selfmanaged_snaps",
    { quota_max_bytes: 1_000_000 },
    { kind: "quota", limits: "max_bytes 1000000" },
  ],
  [
    "hashpspool,full,full_quota",
    { quota_max_bytes: 1, quota_max_objects: 5 },
    { kind: "quota", limits: "max_bytes 1, max_objects 5" },
  ],
])("a pool with the flags %s and %j", async (flags, quota, room) => {
  const { run, asked } = fakeRun({ stdout: detail(flags, quota) });
  expect(await readRoom({ address, run })).toEqual(room);
  const argv = "ceph --conf /etc/ceph/b.conf --id b osd pool ls detail --format json".split(" ");
  expect(asked.map((one) => one.argv)).toEqual([argv]);
});

test("a pool that is not listed lacks something else than room", async () => {
  expect(await readRoom({ address, run: fakeRun({ stdout: "[]" }).run })).toEqual({ kind: "room" });
});

test.each(["", "[{", '{"pool_name": "backup"}'])("%j is no answer", async (stdout) => {
  await expect(readRoom({ address, run: fakeRun({ stdout }).run })).rejects.toThrow("not JSON");
});
