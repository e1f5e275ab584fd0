import type { RunEvent } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { applyProgress, initialProgress, viewProgress } from "../src/index.ts";
import { addBytes, perSecond, startRate } from "../src/rate.ts";
import { at, endOf, jobOf, planOf, started, successOf } from "./fixture.ts";

const GIB = 2 ** 30;

function viewAfter(events: readonly RunEvent[], second: number) {
  return viewProgress(events.reduce(applyProgress, initialProgress), Date.parse(at(second)));
}

describe("progress", () => {
  const plan = planOf([jobOf("a", 2 * GIB), jobOf("b", 3 * GIB), jobOf("c", GIB)]);
  const a = successOf("a", 1, 2 * GIB);

  test("before anything started", () => {
    expect(viewAfter([started, plan], 1)).toMatchObject({
      jobs: { ended: 0, total: 3 },
      due: 3,
      disks: 3,
      bytes: 0,
      expected: 6 * GIB,
      transfers: [],
      waiting: 3,
    });
  });

  test("in the middle of a transfer", () => {
    const view = viewAfter([started, plan, ...a.slice(0, 4)], 6);
    expect(view).toMatchObject({ bytes: GIB, expected: 6 * GIB, waiting: 2, busy: 0 });
    expect(view.transfers).toEqual([
      {
        label: "rook/a",
        image: "rook;a;None",
        mode: "incremental",
        names: ["backup;hourly;48;2026-11-02T11:58:00.000Z"],
        bytes: GIB,
        expected: 2 * GIB,
        rate: expect.closeTo(GIB / 5, 0),
        left: expect.closeTo(5000, 0),
      },
    ]);
    expect(view.left).toBeGreaterThan(25_000); // 5 GiB at no more than GiB / 5 a second
  });

  test("a job that works on something else than a transfer is busy", () => {
    expect(viewAfter([started, plan, ...a.slice(0, 2)], 2)).toMatchObject({ busy: 1, waiting: 2, transfers: [] });
  });

  test("what turned out smaller than expected is no longer expected", () => {
    const events = [started, plan, ...successOf("a", 1, GIB)];
    expect(viewAfter(events, 13)).toMatchObject({ bytes: GIB, expected: 5 * GIB, jobs: { ended: 1, total: 3 } });
  });

  test("a transfer that ended early expects nothing more while its job goes on", () => {
    const events = [started, plan, ...successOf("a", 1, GIB).slice(0, 5)];
    expect(viewAfter(events, 11)).toMatchObject({ bytes: GIB, expected: 5 * GIB, jobs: { ended: 0 } });
  });

  test("what turns out larger than expected never leaves less than nothing", () => {
    const events = [started, plan, ...successOf("a", 1, 8 * GIB).slice(0, 4)];
    const view = viewAfter(events, 6);
    expect(view.expected).toBe(8 * GIB);
    expect(view.transfers[0]?.left).toBe(0);
  });

  test("held and failed jobs leave the waiting and what is expected", () => {
    const events = [started, plan, endOf("a", { outcome: "held" }), endOf("b", { outcome: "failed" })];
    expect(viewAfter(events, 21)).toMatchObject({ expected: GIB, waiting: 1, held: 1, failed: 1 });
  });

  test("where estimates are missing no end is promised", () => {
    const some = planOf([jobOf("a", 2 * GIB), jobOf("b")]);
    const view = viewAfter([started, some, ...a.slice(0, 4)], 6);
    expect(view.left).toBeUndefined();
    expect(view.expected).toBe(2 * GIB);
    expect(viewAfter([started, planOf([jobOf("b")])], 6).expected).toBeUndefined();
  });

  test("events of jobs nobody announced change nothing", () => {
    const stray: RunEvent = { kind: "progress", at: at(3), job: "nobody", bytes: 5 };
    expect(viewAfter([started, plan, stray], 3)).toEqual(viewAfter([started, plan], 3));
  });
});

describe("the rate", () => {
  const steady = (step: number) => {
    let rate = startRate(0);
    for (let time = step; time <= 60_000; time += step) rate = addBytes(rate, time, step * 100);
    return rate;
  };

  test.each([50, 1000, 2500])("of a steady stream is exact, sampled every %i ms", (step) => {
    expect(perSecond(steady(step), 60_000)).toBeCloseTo(100_000, 3);
  });

  test("is unknown until time passes, and loses no byte then", () => {
    const rate = addBytes(addBytes(startRate(0), 0, 200), 0, 300);
    expect(perSecond(rate, 0)).toBeUndefined();
    expect(perSecond(addBytes(rate, 1000, 500), 1000)).toBeCloseTo(1000, 3);
  });

  test("falls when nothing comes, but not between two samples", () => {
    const rate = steady(1000);
    expect(perSecond(rate, 62_000)).toBeCloseTo(100_000, 3);
    expect(perSecond(rate, 90_000)).toBeLessThan(10_000);
  });

  test("follows a change within the memory", () => {
    let rate = steady(1000);
    for (let time = 61_000; time <= 90_000; time += 1000) rate = addBytes(rate, time, 200_000);
    expect(perSecond(rate, 90_000)).toBeGreaterThan(190_000);
  });
});
