import { findPoint } from "@backurne/engine";
import { BackurneError, parseSnapshotName } from "@backurne/model";
import { describe, expect, test } from "vitest";

const read = { prefix: "backup", legacyTimezone: "Europe/Berlin" };
const NAMES = [
  "backup;daily;30;2026-10-24T23:00:00.000Z", // 01:00 in Berlin, the night in which the clocks are set back
  "backup;hourly;48;2026-10-25T00:30:00.000Z", // 02:30
  "backup;hourly;48;2026-10-25T01:30:00.000Z", // 02:30 again
  "before-upgrade",
  "backup;weekly;8;2026-11-02T00:00:00.000Z", // 01:00
  "backup;daily;30;2026-11-02T00:00:00.000Z", // its twin
  "backup;hourly;48;2026-11-02T00:00:30.500Z",
  "backup;hourly;48;2026-11-02T11:58:04.000Z", // 12:58:04
] as const;

function find(reference: string, names: readonly string[] = NAMES, timezone = "Europe/Berlin"): string {
  const snapshots = names.map((name, id) => ({ id, name, size: 1, ours: parseSnapshotName(name, read) }));
  return findPoint(reference, snapshots, { image: "rook/web01", timezone }).name;
}

function refusal(work: () => unknown): BackurneError {
  try {
    work();
  } catch (error) {
    if (error instanceof BackurneError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("finds", () => {
  test.each([
    [NAMES[1], NAMES[1]],
    [NAMES[5], NAMES[5]], // a twin by its own name
    ["latest", NAMES[7]],
    ["@2026-11-02T12:58:04", NAMES[7]],
    ["@2026-11-02 12:58", NAMES[7]],
    ["@2026-11-02T12", NAMES[7]],
    ["@2026-10-25T01", NAMES[0]],
    ["@2026-11-02T01:00:00", NAMES[4]], // of two twins the one that came with the stream
    ["@2026-11-02T01:00:30.500", NAMES[6]],
    ["@2026-11-02T01:00:30", NAMES[6]],
  ])("%s", (reference, name) => expect(find(reference)).toBe(name));

  test("by the time of another zone", () => {
    expect(find("@2026-11-02T11:58", NAMES, "UTC")).toBe(NAMES[7]);
    expect(find("@2026-11-01T19:00:00", NAMES, "America/New_York")).toBe(NAMES[4]);
  });

  test("one of two that share a second by the rest of its time", () => {
    const names = ["backup;a;1;2026-01-01T00:00:00.000Z", "backup;a;1;2026-01-01T00:00:00.500Z"];
    expect(find("@2026-01-01T00:00:00.000", names, "UTC")).toBe(names[0]);
    expect(refusal(() => find("@2026-01-01T00:00:00", names, "UTC")).code).toBe("usage");
  });

  test("the latest by the order in the pool, whatever a clock wrote into its name", () => {
    const names = ["backup;a;1;2030-01-01T00:00:00.000Z", "backup;a;1;2026-01-01T00:00:00.000Z"];
    expect(find("latest", names)).toBe(names[1]);
  });
});

describe("refuses", () => {
  test.each(["", "@", "@2027", "@2026-11-02T00", "before-upgrade", "backup;daily", "2026-11-02", "Latest"])(
    "%j, which none fits",
    (reference) => {
      const error = refusal(() => find(reference));
      expect(error).toMatchObject({ code: "not-found", message: expect.stringContaining("rook/web01") });
      expect(error.hint).toContain("latest");
    },
  );

  test("what fits several, and names them: an hour that came twice, a whole day", () => {
    const twice = refusal(() => find("@2026-10-25T02:30"));
    expect(twice).toMatchObject({ code: "usage" });
    expect(twice.message).toContain(`${NAMES[1]}, ${NAMES[2]}`);
    const day = refusal(() => find("@2026-11-02"));
    expect(day.message).toContain([NAMES[4], NAMES[6], NAMES[7]].join(", "));
    expect(day.message).not.toContain(NAMES[5]);
  });

  test("ten of many, and how many more", () => {
    const names = Array.from({ length: 12 }, (_, hour) => `backup;h;1;2026-01-01T${10 + hour}:00:00.000Z`);
    const { message } = refusal(() => find("@2026-01-01", names, "UTC"));
    expect(message).toContain("and 2 more");
    expect(message.split("backup;")).toHaveLength(11);
  });

  test("the latest of none", () => {
    expect(refusal(() => find("latest", ["before-upgrade"])).code).toBe("not-found");
  });
});
