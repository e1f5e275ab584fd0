import { chooseBackups, findMapping, readWanted } from "@backurne/engine";
import { BackurneError, parseSnapshotName, type Mapping } from "@backurne/model";
import { describe, expect, test } from "vitest";

type Candidates = Parameters<typeof chooseBackups>[1];

const read = { prefix: "backup", legacyTimezone: "UTC" };
const nameAt = (time: string): string => `backup;daily;7;${time}.000Z`;

/** Only what a reference looks at. */
function candidate(
  cluster: string,
  guest: string,
  disk: string,
  times: readonly string[],
  { ident = `id-${guest}`, state = "present" } = {},
) {
  const image = `${guest};${disk};${cluster}`;
  const snapshots = times.map((time, id) => {
    const name = nameAt(time);
    return { id, name, size: 1, ours: parseSnapshotName(name, read) };
  });
  const subject = { cluster, guest, disk, image, key: { ident, disk } };
  return {
    state: { state, because: `it is ${state}` },
    input: { subject, chain: { kind: "current", image, size: 9, snapshots, marks: {} } },
  } as unknown as Candidates[number];
}

const NIGHTS = ["2026-11-01T01:00:00", "2026-11-02T01:00:00"];
const CANDIDATES: Candidates = [
  candidate("px1", "db", "scsi1", NIGHTS),
  candidate("px1", "db", "scsi0", NIGHTS),
  candidate("px1", "web01", "scsi0", NIGHTS),
  candidate("rook", "vol", "vol", [...NIGHTS, "2026-11-03T05:00:00"]),
  candidate("px1", "late", "scsi0", ["2026-11-02T01:00:00", "2026-11-03T01:00:00"]),
  candidate("px1", "late", "scsi1", ["2026-11-02T01:00:00"]),
  // Made anew under its old name, and one of that name elsewhere.
  candidate("px1", "again", "scsi0", NIGHTS, { ident: "id-old" }),
  candidate("px1", "again", "scsi1", NIGHTS, { ident: "id-new" }),
  candidate("px1", "twice", "scsi0", NIGHTS),
  candidate("px2", "twice", "scsi0", NIGHTS),
  // Disks that are no more backed up: of some days ago the newest that there is.
  candidate("px1", "mixed", "efidisk0", NIGHTS.slice(0, 1), { state: "excluded" }),
  candidate("px1", "mixed", "scsi0", NIGHTS),
  candidate("px1", "mixed", "scsi1", NIGHTS.slice(0, 1), { state: "vanished" }),
  candidate("px1", "mixed", "scsi2", NIGHTS, { state: "switched off" }),
  candidate("px1", "gone", "scsi0", NIGHTS.slice(0, 1), { state: "vanished" }),
  candidate("px1", "gone", "scsi1", NIGHTS, { state: "vanished" }),
  candidate("px1", "failing", "scsi0", NIGHTS.slice(0, 1)),
  candidate("px1", "failing", "scsi1", NIGHTS),
];

const choose = (...wanted: readonly { image: string; snapshot: string }[]): readonly string[] =>
  chooseBackups(wanted, CANDIDATES, "UTC").backups.map(({ image, creation }) => `${image} ${creation.slice(0, 16)}`);

function refusal(work: () => unknown): BackurneError {
  try {
    work();
  } catch (error) {
    if (error instanceof BackurneError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("which disks are opened together", () => {
  test.each([
    ["one disk", "px1/web01/scsi0", "latest", ["web01;scsi0;px1 2026-11-02T01:00"]],
    ["one disk of a guest", "db/scsi1", "latest", ["db;scsi1;px1 2026-11-02T01:00"]],
    ["a guest", "db", "latest", ["db;scsi0;px1 2026-11-02T01:00", "db;scsi1;px1 2026-11-02T01:00"]],
    [
      "a guest of a cluster, by time",
      "px1/db",
      "@2026-11-01",
      ["db;scsi0;px1 2026-11-01T01:00", "db;scsi1;px1 2026-11-01T01:00"],
    ],
    ["a guest of one disk", "web01", "@2026-11-01", ["web01;scsi0;px1 2026-11-01T01:00"]],
    [
      "a guest at a moment all its disks have",
      "late",
      "@2026-11-02",
      ["late;scsi0;px1 2026-11-02T01:00", "late;scsi1;px1 2026-11-02T01:00"],
    ],
  ])("%s", (_, image, snapshot, expected) => expect(choose({ image, snapshot })).toEqual(expected));

  describe("a guest some of whose disks are no more backed up", () => {
    const leftOf = (...wanted: readonly { image: string; snapshot: string }[]) =>
      chooseBackups(wanted, CANDIDATES, "UTC").left;
    const why = (state: string): string => `not mapped: it has no backup of 2026-11-02T01:00:00.000Z (it is ${state})`;
    const latest = { image: "mixed", snapshot: "latest" };

    test("latest is what is newest of those that it has; what has no such moment is left out, and that is said", () => {
      expect(choose(latest)).toEqual(["mixed;scsi0;px1 2026-11-02T01:00", "mixed;scsi2;px1 2026-11-02T01:00"]);
      expect(leftOf(latest)).toEqual([
        { device: "px1/mixed/efidisk0", size: 9, why: why("excluded") },
        { device: "px1/mixed/scsi1", size: 9, why: why("vanished") },
      ]);
    });

    test("at a moment that all have, all are mapped", () => {
      const then = { image: "mixed", snapshot: "@2026-11-01" };
      expect(choose(then)).toHaveLength(4);
      expect(leftOf(then)).toEqual([]);
    });

    test("one that is named by itself is mapped as it is asked", () => {
      const named = { image: "mixed/efidisk0", snapshot: "latest" };
      expect(choose(latest, named)).toContain("mixed;efidisk0;px1 2026-11-01T01:00");
      expect(leftOf(latest, named).map(({ device }) => device)).toEqual(["px1/mixed/scsi1"]);
    });

    test.each(["latest", "@2026-11-02"])("of a guest that is gone the newest counts: %s", (snapshot) => {
      expect(choose({ image: "gone", snapshot })).toEqual(["gone;scsi1;px1 2026-11-02T01:00"]);
      expect(leftOf({ image: "gone", snapshot })).toMatchObject([{ device: "px1/gone/scsi0", why: why("vanished") }]);
    });
  });

  test("others with it, each once", () => {
    const vol = { image: "rook/vol", snapshot: "latest" };
    expect(choose(vol, { image: "web01", snapshot: "latest" }, vol)).toEqual([
      "vol;vol;rook 2026-11-03T05:00",
      "web01;scsi0;px1 2026-11-02T01:00",
    ]);
  });

  test.each([
    ["a moment that one disk lacks", "late", "latest", "not-found", /late\/scsi1 has no backup of 2026-11-03T01:00/],
    [
      "an old moment that one disk stopped at",
      "failing",
      "latest",
      "not-found",
      /failing\/scsi0 has no backup of .*02T/,
    ],
    ["a name that two guests had", "px1/again", "latest", "usage", /several guests.*again;scsi0;px1.*again;scsi1;px1/],
    ["a name that guests of two clusters have", "twice", "latest", "usage", /several guests are called twice/],
    ["a part that fits several", "px1", "latest", "usage", /fits several images/],
    ["nothing", "nothing", "latest", "not-found", /no image fits/],
  ])("%s is refused", (_, image, snapshot, code, message) => {
    const error = refusal(() => choose({ image, snapshot }));
    expect({ code: error.code, message: error.message }).toEqual({ code, message: expect.stringMatching(message) });
  });
});

describe("IMAGE@SNAPSHOT", () => {
  test.each([
    ["px1/web01/scsi1@2026-11-02T01:00", "px1/web01/scsi1", "@2026-11-02T01:00"],
    ["web01@latest", "web01", "latest"],
    ["a@b@latest", "a@b", "latest"],
    [`web01@${nameAt("2026-11-02T01:00:00")}`, "web01", nameAt("2026-11-02T01:00:00")],
  ])("%s", (text, image, snapshot) => expect(readWanted(text)).toEqual({ image, snapshot }));

  test.each(["web01", "web01@", "@latest"])("%s is refused", (text) =>
    expect(refusal(() => readWanted(text)).code).toBe("usage"),
  );
});

describe("which mapping is undone", () => {
  const mapping = (id: string, reference: string, creation: string) =>
    ({
      id,
      backups: [{ reference, image: `uuid;${reference}`, snapshot: nameAt(creation), creation: `${creation}Z` }],
    }) as unknown as Mapping;
  const MAPPINGS = [
    mapping("m1", "px1/web01/scsi0", "2026-11-01T01:00:00"),
    mapping("m2", "px1/web01/scsi0", "2026-11-02T01:00:00"),
    mapping("m3", "px1/db/scsi0", "2026-11-02T01:00:00"),
    mapping("m10", "px1/m1/scsi0", "2026-11-02T01:00:00"),
    mapping("m11", "px1/team9/scsi0", "2026-11-02T01:00:00"),
  ];
  const find = (image: string, snapshot?: string): string => findMapping({ image, snapshot }, MAPPINGS, "UTC").id;

  test.each<[string, string | undefined, string]>([
    ["m1", undefined, "m1"],
    ["m10", undefined, "m10"],
    ["px1/db/scsi0", undefined, "m3"],
    ["uuid;px1/db/scsi0", undefined, "m3"],
    ["db", undefined, "m3"],
    ["web01", "@2026-11-01", "m1"],
    ["web01", "latest", "m2"],
    ["web01", nameAt("2026-11-01T01:00:00"), "m1"],
    ["m1", "latest", "m10"], // a guest of that name
  ])("%s %s: %s", (image, snapshot, id) => expect(find(image, snapshot)).toBe(id));

  test.each<[string, string | undefined, string]>([
    ["web01", undefined, "usage"],
    ["web01", "@2026-11-03", "not-found"],
    ["web01", "@", "not-found"],
    ["m9", undefined, "not-found"], // it may have been unmapped; team9 has not
  ])("%s %s is refused", (image, snapshot, code) => expect(refusal(() => find(image, snapshot)).code).toBe(code));
});
