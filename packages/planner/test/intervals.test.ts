import { expect, test } from "vitest";
import { recordIntervals } from "../src/index.ts";
import { hour, nameAt, profile, snap, start } from "./world.ts";

const fine = (hours: number) => [profile("fine", 3, { interval: hours * hour }), profile("daily", 3)];
/** Points of `fine` under these ids, between others. */
const points = (...ids: readonly number[]) =>
  ids.flatMap((id) => [
    snap(id, nameAt("fine", 3, start + id * hour)),
    snap(id + 1000, nameAt("daily", 3, start + id * hour)),
  ]);
const record = (marks: Parameters<typeof recordIntervals>[0]["marks"], hours: number, ...ids: readonly number[]) =>
  recordIntervals({ marks, snapshots: points(...ids) }, fine(hours));

test("one number as long as there is one interval; standard profiles have theirs in their names", () => {
  expect(record({}, 6)).toEqual({ fine: 6 * hour });
  expect(record({ intervals: { fine: 6 * hour } }, 6, 1, 2)).toEqual({ fine: 6 * hour });
  expect(record({}, 6, 1, 2)).toEqual({ fine: 6 * hour }); // nobody wrote down what they were made under
  expect(recordIntervals({ marks: {}, snapshots: [] }, [profile("daily", 3)])).toBeUndefined();
});

test("a changed one is that of later points, as often as it changes, and until the others are gone", () => {
  const intervals = record({ intervals: { fine: 6 * hour, other: 4 } }, 1, 1, 2);
  expect(intervals).toEqual({ fine: { interval: hour, before: [{ interval: 6 * hour, upTo: 2 }] }, other: 4 });
  const again = record({ intervals }, 2, 1, 2, 3);
  expect(again?.["fine"]).toEqual({
    interval: 2 * hour,
    before: [
      { interval: 6 * hour, upTo: 2 },
      { interval: hour, upTo: 3 },
    ],
  });
  expect(record({ intervals: again }, 2, 3, 4)?.["fine"]).toEqual({
    interval: 2 * hour,
    before: [{ interval: hour, upTo: 3 }],
  });
  expect(record({ intervals: again }, 2, 4, 5)?.["fine"]).toBe(2 * hour);
});

test("taken back before anything was made under it, nothing is left of it", () => {
  const intervals = record({ intervals: { fine: 6 * hour } }, 1, 1, 2);
  expect(record({ intervals }, 6, 1, 2)).toEqual({ fine: 6 * hour });
});

test("a profile that the configuration lacks keeps what is recorded", () => {
  const intervals = { fine: { interval: hour, before: [{ interval: 6 * hour, upTo: 2 }] } };
  expect(recordIntervals({ marks: { intervals }, snapshots: points(1, 2, 3) }, [profile("daily", 3)])).toEqual(
    intervals,
  );
});
