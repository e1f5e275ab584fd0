import { describe, expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openFaults, type Fault, type Faults } from "../src/faults.ts";
import { cutExport, during, endBehindRecord, failAfterExport, flipBit, swallow, unknownTag } from "@backurne/faults";
import { countSides, expectDone, expectFailed, targetOf } from "../src/sides.ts";
import type { PlainCluster } from "@backurne/model";

// Streams that look complete, or nearly so, and are not. None may become a point, as a first backup or as a later one.

type Way = "ssh" | "compressed" | "helper";

interface Row {
  readonly what: string;
  readonly way: Way;
  readonly fault: Fault;
  readonly message: RegExp;
}

const rows: readonly Row[] = [
  { what: "cut in the middle", way: "ssh", fault: cutExport(MiB + 100), message: /commit refused/ },
  { what: "cut, with exit code 0", way: "ssh", fault: cutExport(MiB + 100, 0), message: /not in its end mark/ },
  { what: "cut, with exit code 0", way: "helper", fault: cutExport(MiB + 100, 0), message: /not in its end mark/ },
  { what: "ended between two records", way: "ssh", fault: endBehindRecord(1, 0), message: /not in its end mark/ },
  { what: "ended one byte after a record", way: "ssh", fault: endBehindRecord(1, 1), message: /not in its end mark/ },
  { what: "of an export that fails", way: "ssh", fault: failAfterExport(5), message: /exit code 5/ },
  { what: "of an export that fails", way: "compressed", fault: failAfterExport(5), message: /exit code 5/ },
  { what: "of an export that fails", way: "helper", fault: failAfterExport(5), message: /exit code 5/ },
  { what: "with a bit turned over", way: "compressed", fault: flipBit(MiB), message: /checksum|corrupt/i },
  { what: "with a bit turned over", way: "helper", fault: flipBit(MiB), message: /checksum|corrupt/i },
  { what: "turned over, checksum lost", way: "compressed", fault: flipBit(MiB, 4), message: /commit refused/ },
  { what: "with a record nobody knows", way: "ssh", fault: unknownTag(), message: /commit refused/ },
  { what: "that makes no snapshot", way: "ssh", fault: swallow(), message: /lacks/ },
];

// Small objects: of big ones all would be on their way before the fault.
const IMAGE = ["--object-size", "64K"];
const TWO_PROFILES = [{}, { name: "hourly", interval: 3_600_000, count: 24 }];

describe.each(rows)("a stream $what ($way)", ({ way, fault, message }) => {
  test("as a first backup and as a later one", async () => {
    const arena = await openArena(TWO_PROFILES);
    const faults = await openFaults();
    take(way, arena, faults);
    await arena.createImage("disk", 8 * MiB, ...IMAGE);
    await arena.change("disk", [write(0, 2 * MiB)]);
    await faults.set(fault);
    expectFailed(await arena.backup({}, faults), message);
    expect(await faults.struck()).toBe(1);
    expect(await countSides(arena, "disk")).toEqual({ live: 0, backup: 0 });
    expectDone(await arena.backup({}, faults), "full");
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
    await arena.assertHonest();

    await arena.change("disk", [write(4 * MiB, 2 * MiB)]);
    await faults.set(fault);
    expectFailed(await arena.backup({ force: true }, faults), message);
    expect(await faults.struck()).toBe(1);
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
    await arena.assertHonest();
    await arena.change("disk", [{ kind: "discard", offset: 4 * MiB, length: MiB }]);
    expectDone(await arena.backup({ force: true }, faults), "incremental");
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 4 });
    await arena.assertHonest();
  });
});

describe("the source goes away while it is read", () => {
  const disk = (arena: Arena): string => `--pool=${arena.pool} --image=disk`;
  const purge = (arena: Arena): string => `"$real" "\${@:1:4}" snap purge --no-progress ${disk(arena)}`;

  async function prepare(): Promise<{ arena: Arena; faults: Faults }> {
    const arena = await openArena();
    const faults = await openFaults();
    await arena.createImage("disk", 16 * MiB, ...IMAGE);
    await arena.change("disk", [write(0, 6 * MiB)]);
    return { arena, faults };
  }

  test("its snapshot, in a first backup and in a later one", async () => {
    const { arena, faults } = await prepare();
    // What is read after the removal is the head, and that has moved on.
    const scribble = `"$real" "\${@:1:4}" bench --io-type write --io-size 64K --io-total 16M ${disk(arena)}`;
    const remove = `"$real" "\${@:1:4}" snap rm --no-progress ${disk(arena)} "$(grep -o -- '--snap=[^ ]*' <<<"$*")"`;
    await faults.set(during(MiB, `${remove}; ${scribble}`));
    expectFailed(await arena.backup({}, faults), /snapshot was removed while it was read|commit refused/);
    expect(await faults.struck()).toBe(1);
    expect(await countSides(arena, "disk")).toEqual({ live: 0, backup: 0 });
    expectDone(await arena.backup(), "full");
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
    await arena.assertHonest();

    await arena.change("disk", [write(8 * MiB, 6 * MiB)]);
    await faults.set(during(MiB, `${remove}; ${scribble}`));
    expectFailed(await arena.backup({ force: true }, faults), /snapshot was removed while it was read|commit refused/);
    expect(await faults.struck()).toBe(1);
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
    expectDone(await arena.backup({ force: true }), "incremental");
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
    await arena.assertHonest();
  });

  test("the image, and another one takes its name", async () => {
    const { arena, faults } = await prepare();
    expectDone(await arena.backup(), "full");
    await arena.assertHonest();
    await arena.change("disk", [write(8 * MiB, 6 * MiB)]);
    const remove = `"$real" "\${@:1:4}" rm --no-progress ${disk(arena)}`;
    const anew = `"$real" "\${@:1:4}" create --size 16M ${disk(arena)}`;
    await faults.set(during(MiB, `${purge(arena)}; ${remove}; ${anew}`));
    expectFailed(await arena.backup({ force: true }, faults), /snapshot was removed while it was read|commit refused/);
    expect(await faults.struck()).toBe(1);
    expect(await countSides(arena, "disk")).toEqual({ live: 0, backup: 1 });
    await arena.assertHonest();
    expectDone(await arena.backup({ force: true }), "full");
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
    expect(await arena.backupImages()).toHaveLength(2);
    await arena.assertHonest();
  });

  test("the image, for good", async () => {
    const { arena, faults } = await prepare();
    await arena.createImage("other", MiB);
    await faults.set(during(MiB, `${purge(arena)}; "$real" "\${@:1:4}" rm --no-progress ${disk(arena)}`));
    const { report } = await arena.backup({}, faults);
    expect(report).toMatchObject({ exit: 3, totals: { done: 1, full: 1, failed: 1 } });
    expect(await faults.struck()).toBe(1);
    expect(await arena.backupSnapshots(targetOf("other"))).toHaveLength(1);
    expect((await arena.backupImages()).filter((image) => image.includes(";"))).toEqual([targetOf("other")]);
    await arena.assertHonest();
    expect((await arena.backup({ force: true })).report).toMatchObject({
      exit: 0,
      totals: { incremental: 1, failed: 0 },
    });
    expect(await arena.backupImages()).toEqual([targetOf("other")]);
  });
});

/** How the live side is reached in this test. */
function take(way: Way, arena: Arena, { livePath }: Faults): void {
  const helper = { use: { cmd: "env", args: [`PATH=${livePath}`] } };
  const [cluster] = arena.settings.liveClusters as readonly [PlainCluster];
  const taken =
    way === "helper" ? { ...cluster, reach: { helper } } : { ...cluster, compression: way === "compressed" };
  arena.settings = { ...arena.settings, liveClusters: [taken] };
}
