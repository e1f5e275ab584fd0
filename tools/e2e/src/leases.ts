import { rados } from "@backurne/sandbox";
import { radosList, type Arena } from "./arena.ts";
import { waitUntil } from "./shim.ts";

/** For a process that is to be stopped beyond its lease: short enough to wait for, long enough for a busy machine. */
export const STOPPABLE_LEASES = { duration: 12, renewEvery: 6, lostAfter: 10, fresh: 4 };

/** As if the time of every lease had run out: for those whose holder is dead. */
export async function expireLeases(arena: Arena): Promise<void> {
  await removeObjects(arena, await leaseObjects(arena));
}

/** Another run takes every lease, in an instant in which nobody looks. */
export async function takeLeases(arena: Arena): Promise<void> {
  const objects = await leaseObjects(arena);
  await removeObjects(arena, objects);
  const lock = ["--lock-type", "shared", "--lock-tag", "another", "--lock-cookie", "1", "--lock-duration", "600"];
  const take = (object: string): Promise<string> =>
    rados(arena.sandbox.backup, ["--pool", arena.pool, "lock", "get", object, "backurne", ...lock]);
  await Promise.all(objects.map(take));
}

/** Waits until the OSD's clock has ended every lease of a process that is stopped. */
export async function waitForExpiry(arena: Arena): Promise<void> {
  await waitUntil(async () => (await lockers(arena)) === 0);
}

/** How many lockers stand on leases: 0 when all were given back. */
export async function lockers(arena: Arena): Promise<number> {
  const objects = await leaseObjects(arena);
  const counts = await Promise.all(
    objects.map(async (object) => {
      const args = ["--pool", arena.pool, "lock", "info", object, "backurne", "--format", "json"];
      return (JSON.parse(await rados(arena.sandbox.backup, args)) as { lockers: readonly unknown[] }).lockers.length;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** As if a day had passed since the last run that died: what it meant to make is not looked at any more. */
export async function forgetIntents(arena: Arena): Promise<void> {
  await removeObjects(arena, await objectsNamed(arena, "backurne.intents"));
}

function leaseObjects(arena: Arena): Promise<readonly string[]> {
  return objectsNamed(arena, "backurne.lease.");
}

async function objectsNamed(arena: Arena, prefix: string): Promise<readonly string[]> {
  return (await radosList(arena)).split("\n").filter((object) => object.startsWith(prefix));
}

async function removeObjects(arena: Arena, objects: readonly string[]): Promise<void> {
  await Promise.all(objects.map((object) => rados(arena.sandbox.backup, ["--pool", arena.pool, "rm", object])));
}
