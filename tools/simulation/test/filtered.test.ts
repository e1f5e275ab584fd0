import type { Plan } from "@backurne/model";
import { expect, test } from "vitest";
import { backUp, DAY, guest, openWorld, profile, type World } from "../src/index.ts";

// What a run for one cluster does to what belongs to the others.

async function twoClusters(): Promise<World> {
  const world = openWorld({ profiles: [profile({})], plain: ["alpha", "beta"] });
  world.live("alpha").add("a");
  world.live("beta").add("b");
  await backUp(world.host("bk1"));
  world.now += DAY;
  return world;
}

test("it keeps the records of snapshots that a run which died left on other clusters", async () => {
  const world = await twoClusters();
  const transferring = Promise.withResolvers<void>();
  const run = (): Promise<never> => {
    transferring.resolve();
    return new Promise(() => undefined);
  };
  void backUp(world.host("bk1", { executor: { run } }), { cluster: "beta" });
  await transferring.promise;
  const left = world.live("beta").points("b").at(-1);
  world.now += 2 * DAY;
  const filtered = await backUp(world.host("bk1"), { cluster: "alpha" });
  expect(filtered.report).toMatchObject({ exit: 0, totals: { done: 1 } });
  expect(world.live("beta").points("b")).toContain(left);
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 0, refused: [] });
  // What nobody has recorded would be taken for another installation's, and stay for ever.
  expect(world.live("beta").points("b")).toHaveLength(1);
  expect(world.live("beta").points("b")).not.toContain(left);
});

test("it ends well beside a complete partial of another cluster, which the next run for all finishes", async () => {
  const world = await twoClusters();
  world.live("beta").images.delete("b");
  world.live("beta").add("b");
  const rename = async (): Promise<never> => Promise.reject(new Error("died before the renames"));
  const died = await backUp(world.host("bk1", { backup: { ...world.backup.rbd, rename } }));
  expect(died.report.totals).toMatchObject({ full: 0, failed: 1 });
  const kinds = (): readonly string[] => [...world.backup.images.keys()].map((name) => name.split(/[-;]/)[0] ?? "");
  expect(kinds().toSorted()).toEqual(["alpha", "beta", "partial"]);
  const [point] = world.live("beta").points("b");
  world.now += DAY;
  const filtered = await backUp(world.host("bk1"), { cluster: "alpha" });
  expect(filtered.report).toMatchObject({ exit: 0, failures: [], totals: { done: 1 } });
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 0, failures: [] });
  expect(kinds().toSorted()).toEqual(["alpha", "beta", "closed"]);
  // The bytes that had arrived are kept and gone on from.
  expect(world.backup.points("beta;b;None")).toContain(point);
  expect(world.backup.points("beta;b;None")).toHaveLength(2);
});

/** As the old tool left it: no mark says whose it is. */
function addOldChain(world: World, name: string): void {
  world.backup.add(name);
  const { snapshots } = world.backup.images.get(name)!;
  const point = "backup;daily;30;2025-12-31T01:00:00.000000";
  snapshots.set(point, { id: 1, name: point, size: 1 << 24, created: world.now - DAY, content: "old" });
}

const stateOf = ({ events }: Awaited<ReturnType<typeof backUp>>, image: string): string | undefined =>
  events
    .find((event): event is Plan & { at: string } => event.kind === "plan")
    ?.skipped.find(({ subject }) => subject.image === image)?.state;

test("the chain of a plain cluster that is not configured any more is no Proxmox cluster's", async () => {
  const world = openWorld({ profiles: [profile({})], proxmox: { px1: [guest(100, "web")] } });
  const old = "alpha;vm-1;None";
  addOldChain(world, old);
  for (let night = 0; night < 80; night += 20) {
    const ran = await backUp(world.host("bk1"), { takeOver: true });
    expect(ran.report.exit).toBe(0);
    expect(stateOf(ran, old)).toBe("unconfigured");
    world.now += 20 * DAY;
  }
  expect([...world.backup.images.get(old)!.metadata.keys()]).toEqual([]);
  expect(world.backup.points(old)).toHaveLength(1);
});

test("a run for one Proxmox cluster does not miss what another one has", async () => {
  const world = openWorld({ profiles: [profile({})], proxmox: { px1: [guest(100, "web")], px2: [guest(200, "db")] } });
  const old = "00000000-0000-4000-8000-000000000200;scsi0;db";
  addOldChain(world, old);
  for (let night = 0; night < 5; night += 1) {
    const { report } = await backUp(world.host("bk1"), { cluster: "px1", takeOver: true });
    expect(report).toMatchObject({ exit: 0, totals: { done: 1 } });
    world.now += DAY;
  }
  expect([...world.backup.images.get(old)!.metadata.keys()]).toEqual([]);
  expect(world.backup.points(old)).toHaveLength(1);
});
