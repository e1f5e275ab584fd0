import { measureSpace, type Site } from "@backurne/engine";
import type { PoolState } from "@backurne/rbd";
import { expect, test } from "vitest";

const POOL: PoolState = { name: "backups", quotaBytes: 0, quotaObjects: 0, flags: [], stored: 600, available: 1000 };

test.each<[string, PoolState | undefined, object | undefined]>([
  ["without a quota: what the cluster has left", POOL, { stored: 600, available: 1000 }],
  ["with one: what it allows", { ...POOL, quotaBytes: 800 }, { stored: 600, available: 200 }],
  ["with one that is larger than the cluster", { ...POOL, quotaBytes: 8000 }, { stored: 600, available: 1000 }],
  ["beyond its quota", { ...POOL, quotaBytes: 500 }, { stored: 600, available: 0 }],
  ["without a manager nobody knows", { ...POOL, stored: undefined, available: undefined }, undefined],
  ["of a pool that is not there", undefined, undefined],
])("how full the backup pool is, %s", async (_, pool, expected) => {
  const site = (side: Site["side"], answer: PoolState | undefined) =>
    ({ side, ceph: { pool: async () => answer } }) as unknown as Site;
  const sites = () => [site("live", { ...POOL, name: "rbd", stored: 1 }), site("backup", pool)];
  expect(await measureSpace({ sites })).toEqual(expected && { pool: "backups", ...expected });
});

test("how full it is nobody is asked where there is nobody to ask", async () => {
  expect(await measureSpace({})).toBe(undefined);
});
