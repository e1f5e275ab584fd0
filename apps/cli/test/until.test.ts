import { expect, test } from "vitest";
import { readUntil } from "../src/until.ts";
import { run } from "./world.ts";

test.each([
  ["2027-01-01", "2026-12-31T23:00:00.000Z"],
  ["2027-07-01", "2027-06-30T22:00:00.000Z"],
  ["2027-01-01T12:30", "2027-01-01T11:30:00.000Z"],
  ["2027-01-01 12:30:00", "2027-01-01T11:30:00.000Z"],
])("%s in Berlin is %s", (text, iso) => {
  expect(new Date(readUntil(text, "Europe/Berlin")).toISOString()).toBe(iso);
});

test.each(["", "tomorrow", "2027-02-31", "2027-13-01", "2027-01-01T25:00", "2027-01-01T12", "1", "2027-01-01T12:00Z"])(
  "%j is no time",
  (text) => expect(() => readUntil(text, "UTC")).toThrow("is no time"),
);

test("the hold that is asked for is in epoch ms; a time that is over is a mistake", async () => {
  const { calls } = await run("hold web01 latest --until 2027-01-01 --reason audit");
  const until = Date.parse("2026-12-31T23:00:00Z");
  expect(calls).toContainEqual(["hold", { image: "web01", snapshot: "latest", until, reason: "audit" }]);
  expect(await run("hold web01 --until 2026-11-02")).toMatchObject({ exit: 2, stdout: "" });
  expect((await run("release web01 latest --all")).stderr).toContain("--all means every snapshot: name none");
});
