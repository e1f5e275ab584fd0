import type { Marks } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { GONE_AFTER, stateOfMissing, type ChainFacts, type ClusterFacts } from "../src/index.ts";
import { imageOf, minute, plain, start, worldOf, type LiveImage } from "./world.ts";

const { cluster } = plain("alpha", []);
const other = imageOf(worldOf(plain("alpha", []), "other"), { ident: "alpha", disk: "other" }) as LiveImage;
const listed: ClusterFacts = { cluster, fsids: ["f"], disks: [other] };
const source = { fsid: "f", pool: "rbd", namespace: "", image: "one", id: "1" };

function chain(marks: Marks): ChainFacts {
  const key = { ident: "alpha", disk: "one" };
  return { image: "alpha;one;None", imageId: "", kind: "current", key, comment: "None", size: 0, snapshots: [], marks };
}

function gone(runs: number, lasted: number, fsid = "f") {
  return { since: new Date(start).toISOString(), last: new Date(start + lasted).toISOString(), runs, fsid };
}

describe("a chain whose disk no listing shows", () => {
  const rows: readonly [string, ClusterFacts | undefined, Marks, string, string][] = [
    [
      "its cluster is not configured",
      undefined,
      { source, gone: gone(9, 9 * GONE_AFTER) },
      "unconfigured",
      "its cluster is not in the configuration",
    ],
    [
      "its cluster is down",
      { cluster, disks: undefined, failure: "x" },
      { source, gone: gone(9, 9 * GONE_AFTER) },
      "unlistable",
      "alpha could not be listed",
    ],
    [
      "its cluster lists nothing at all",
      { cluster, fsids: ["f"], disks: [] },
      { source, gone: gone(9, 9 * GONE_AFTER) },
      "unlistable",
      "alpha lists nothing at all",
    ],
    [
      "another cluster answers",
      { ...listed, fsids: ["g"] },
      { source, gone: gone(9, 9 * GONE_AFTER) },
      "unlistable",
      "alpha is another cluster than the one recorded (fsid)",
    ],
    [
      "a cluster that does not say which it is",
      { ...listed, fsids: undefined },
      { source, gone: gone(9, 9 * GONE_AFTER) },
      "unlistable",
      "alpha is another cluster than the one recorded (fsid)",
    ],
    [
      "the old tool's chain, looked for on another cluster",
      listed,
      { gone: gone(9, 9 * GONE_AFTER, "g") },
      "unlistable",
      "alpha is another cluster than the one recorded (fsid)",
    ],
    ["never missed before", listed, { source }, "unlistable", "not on alpha, first time seen so"],
    [
      "missed once",
      listed,
      { source, gone: gone(1, 0) },
      "unlistable",
      "not on alpha since 2026-11-02, not confirmed yet (1 of 3 looks)",
    ],
    [
      "often enough, not long enough",
      listed,
      { source, gone: gone(300, GONE_AFTER - minute) },
      "unlistable",
      "not on alpha since 2026-11-02, not confirmed yet (300 of 3 looks)",
    ],
    [
      "long enough, not often enough",
      listed,
      { source, gone: gone(2, 9 * GONE_AFTER) },
      "unlistable",
      "not on alpha since 2026-11-02, not confirmed yet (2 of 3 looks)",
    ],
    ["three looks in 48 h", listed, { source, gone: gone(3, GONE_AFTER) }, "vanished", "not on alpha since 2026-11-02"],
    [
      "the old tool's chain, just the same",
      listed,
      { gone: gone(3, GONE_AFTER) },
      "vanished",
      "not on alpha since 2026-11-02",
    ],
    [
      "times that are none",
      listed,
      { source, gone: { since: "x", last: "y", runs: 9, fsid: "f" } },
      "unlistable",
      "not on alpha since x, not confirmed yet (9 of 3 looks)",
    ],
  ];
  test.each(rows)("%s", (_, facts, marks, state, because) => {
    expect(stateOfMissing(chain(marks), facts)).toMatchObject({ state, because });
  });
});
