import type { BaseMark, Marks } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { chooseBase, sharedSnapshots, type ChainFacts, type DiskFacts } from "../src/index.ts";
import { GiB, imageOf, nameAt, plain, snap, start, worldOf, type Snap } from "./world.ts";

const key = { ident: "alpha", disk: "one" };
const disk = imageOf(worldOf(plain("alpha", []), "one"), key) as DiskFacts;
const { source } = disk;

// Hours, as names.
const at = (hour: number): string => nameAt("hourly", 4, start + hour * 3_600_000);
const twin = (hour: number): string => nameAt("daily", 3, start + hour * 3_600_000);

function live(...snapshots: readonly Snap[]): DiskFacts {
  return { ...disk, snapshots };
}

function chain(names: readonly string[], marks: Marks): ChainFacts {
  const snapshots = names.map((name, index) => snap(500 + index, name));
  return {
    image: "alpha;one;None",
    imageId: "copy",
    kind: "current",
    key,
    comment: "None",
    size: 10 * GiB,
    snapshots,
    marks,
  };
}

/** Newest first, as the mark has it. */
function base(...shared: BaseMark["shared"]): BaseMark {
  return { name: shared[0]?.name ?? "", id: shared[0]?.id, shared };
}

describe("which base", () => {
  const older = { name: at(1), id: 11 };
  const newer = { name: at(2), id: 12 };
  const both = live(snap(11, at(1)), snap(12, at(2)));
  const rows: readonly [string, DiskFacts, ChainFacts | undefined, string][] = [
    ["no chain", both, undefined, "full: no backup yet"],
    ["a chain without a point", both, chain([], { source, base: base(newer) }), "full: no backup yet"],
    ["a chain of others' snapshots only", both, chain(["x"], { source, base: base(newer) }), "full: no backup yet"],
    ["the newest shared", both, chain([at(1), at(2)], { source, base: base(newer, older) }), `${at(2)} = ${at(2)}`],
    [
      "the older, when the newer never arrived",
      both,
      chain([at(1)], { source, base: base(newer, older) }),
      `${at(1)} = ${at(1)}`,
    ],
    [
      "the older, when the newer is gone on live",
      live(snap(11, at(1))),
      chain([at(1), at(2)], { source, base: base(newer, older) }),
      `${at(1)} = ${at(1)}`,
    ],
    [
      "a twin, when its own name has expired",
      both,
      chain([twin(2)], { source, base: base({ ...newer, twins: [twin(2)] }, older) }),
      `${at(2)} = ${twin(2)}`,
    ],
    [
      "its own name before any twin",
      both,
      chain([twin(2), at(2)], { source, base: base({ ...newer, twins: [twin(2)] }) }),
      `${at(2)} = ${at(2)}`,
    ],
    [
      "same name, but the live snapshot is another one",
      live(snap(99, at(2))),
      chain([at(2)], { source, base: base(newer) }),
      "full: no snapshot is shared any more, old chain kept",
    ],
    [
      "a name that stands on both sides and was never recorded",
      live(snap(13, at(3))),
      chain([at(3)], { source, base: base(newer) }),
      "full: no snapshot is shared any more, old chain kept",
    ],
    [
      "another image id",
      both,
      chain([at(2)], { source: { ...source, id: "new" }, base: base(newer) }),
      "full: live image id changed, old chain kept",
    ],
    [
      "another cluster",
      both,
      chain([at(2)], { source: { ...source, fsid: "new" }, base: base(newer) }),
      "full: live cluster changed, old chain kept",
    ],
    [
      "another pool",
      both,
      chain([at(2)], { source: { ...source, pool: "new" }, base: base(newer) }),
      "full: live pool changed, old chain kept",
    ],
    [
      "another namespace",
      both,
      chain([at(2)], { source: { ...source, namespace: "n" }, base: base(newer) }),
      "full: live pool changed, old chain kept",
    ],
    [
      "a renamed image is the same one",
      both,
      chain([at(2)], { source: { ...source, image: "old" }, base: base(newer) }),
      `${at(2)} = ${at(2)}`,
    ],
    [
      "a suspect chain",
      both,
      chain([at(2)], { source, base: base(newer), suspect: {} }),
      "full: the chain is suspect: a verification failed",
    ],
    ["the old tool's: by name and size", both, chain([at(1), at(2)], {}), `${at(2)} = ${at(2)} unproved`],
    [
      "the old tool's: the newest whose sizes agree",
      live(snap(11, at(1)), snap(12, at(2), { size: 1 })),
      chain([at(1), at(2)], {}),
      `${at(1)} = ${at(1)} unproved`,
    ],
    [
      "the old tool's: no size agrees",
      live(snap(12, at(2), { size: 1 })),
      chain([at(2)], {}),
      "full: no snapshot is shared any more, old chain kept",
    ],
    [
      "the old tool's: nothing on the live side",
      live(),
      chain([at(2)], {}),
      "full: no snapshot is shared any more, old chain kept",
    ],
    // Announced, and died before the source was recorded: still the old tool's, still by ids where there are any.
    [
      "announced and died",
      live(snap(11, at(1)), snap(12, at(2))),
      chain([at(1)], { base: base(newer, older) }),
      `${at(1)} = ${at(1)} unproved`,
    ],
    [
      "others' snapshots are no base, whatever they are called",
      live(snap(1, "x")),
      chain(["x", at(1)], {}),
      "full: no snapshot is shared any more, old chain kept",
    ],
  ];
  test.each(rows)("%s", (_, facts, copy, answer) => {
    const chosen = chooseBase(facts, copy);
    const told =
      chosen.kind === "full"
        ? `full: ${chosen.because}`
        : `${chosen.live.name} = ${chosen.target}${chosen.unproved ? " unproved" : ""}`;
    expect(told).toBe(answer);
  });

  test("newest is by id: names may come from a wrong clock, and listings in any order", () => {
    const turned = live(snap(12, at(1)), snap(11, at(2)));
    const copy = chain([at(1), at(2)], { source, base: base({ name: at(1), id: 12 }, { name: at(2), id: 11 }) });
    expect(sharedSnapshots(turned, copy).map((shared) => shared.live.id)).toEqual([11, 12]);
    expect(chooseBase(turned, copy)).toMatchObject({ kind: "base", live: { id: 12 } });
  });
});
