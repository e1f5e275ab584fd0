import type { JobOutcome, Plan, RunEvent } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { EXIT_CODES, exitCodeOf, exitCodeOfError, foldReport } from "../src/index.ts";
import { at, ended, endOf, jobOf, planOf, started, subjectOf, successOf } from "./fixture.ts";

const failure = (code: string) => ({ message: `${code} happened`, code });
const failed = (name: string, code = "command"): RunEvent => endOf(name, { outcome: "failed", failure: failure(code) });
const outcome = (name: string, it: JobOutcome): RunEvent => endOf(name, { outcome: it });
const refusal = {
  scope: "chain",
  subject: subjectOf("a"),
  because: "9 of 12",
  removals: 9,
} as const;
const clock = { scope: "pool", because: "the clock is 400 s ahead", removals: 0 } as const;
const interrupted: RunEvent = { kind: "interrupted", at: at(30), because: "SIGTERM" };

/** Jobs a and b are planned; what happened, and the exit code. */
const TABLE: readonly [string, readonly RunEvent[], number, Partial<Plan>?][] = [
  ["both done", [...successOf("a", 1, 10), ...successOf("b", 2, 10)], 0],
  ["one held by another host", [...successOf("a", 1, 10), outcome("b", "held")], 0],
  ["one held, for the other nothing was left", [outcome("a", "nothing left to do"), outcome("b", "held")], 0],
  ["both held", [outcome("a", "held"), outcome("b", "held")], 11],
  ["one held, one failed", [outcome("a", "held"), failed("b")], 3],
  ["one failed", [...successOf("a", 1, 10), failed("b")], 3],
  ["one failed by a mistake of ours", [...successOf("a", 1, 10), failed("b", "unexpected")], 3],
  ["one refused", [...successOf("a", 1, 10), outcome("b", "refused")], 4],
  ["one refused, one failed", [outcome("a", "refused"), failed("b")], 4],
  ["one differs, one refused", [failed("a", "difference"), outcome("b", "refused")], 13],
  ["one interrupted, one differs", [outcome("a", "interrupted"), failed("b", "difference")], 130],
  ["a chain refused in the plan", [outcome("a", "done"), outcome("b", "done")], 4, { refused: [refusal] }],
  [
    "a chain refused under way",
    [outcome("a", "done"), outcome("b", "done"), { kind: "refused", at: at(9), ...refusal }],
    4,
  ],
  ["everything held, and a chain refused", [outcome("a", "held"), outcome("b", "held")], 4, { refused: [refusal] }],
  [
    "a cluster that could not be listed",
    [outcome("a", "done"), outcome("b", "done")],
    3,
    { failures: [{ about: "px3", message: "connection refused" }] },
  ],
  [
    "a warning alone",
    [outcome("a", "done"), outcome("b", "done")],
    0,
    { warnings: [{ about: "px3", message: "slow" }] },
  ],
  [
    "an unexpected failure of the run",
    [failed("a"), outcome("b", "refused"), { kind: "failed", at: at(9), about: "run", failure: failure("unexpected") }],
    1,
  ],
  [
    "a failed command of the run",
    [
      outcome("a", "done"),
      outcome("b", "done"),
      { kind: "failed", at: at(9), about: "index", failure: failure("command") },
    ],
    3,
  ],
  ["interrupted before anything", [interrupted], 130],
  [
    "interrupted, and an unexpected failure",
    [interrupted, { kind: "failed", at: at(9), about: "run", failure: failure("unexpected") }],
    130,
  ],
  ["the old tool's pool, nothing ran", [{ kind: "failed", at: at(9), about: "the run", failure: failure("usage") }], 2],
  ["the clock refused, nothing ran", [], 4, { refused: [clock] }],
  ["two planned jobs were never heard of", [], 3],
  ["a job started and was never heard of again", [outcome("a", "done"), ...successOf("b", 1, 10).slice(0, -1)], 3],
];

describe("the exit code of a run", () => {
  test.each(TABLE)("%s", (_, events, exit, more) => {
    const plan = planOf([jobOf("a"), jobOf("b")], more);
    expect(foldReport([started, plan, ...events, ended]).exit).toBe(exit);
  });

  test.each([
    ["unexpected", 1],
    ["usage", 2],
    ["configuration", 2],
    ["command", 3],
    ["refused", 4],
    ["held", 11],
    ["not-found", 12],
    ["difference", 13],
    ["interrupted", 130],
    ["toString", 1],
  ])("of an error %s is %i", (code, exit) => expect(exitCodeOfError(code)).toBe(exit));

  test("nothing planned is well", () => {
    expect(foldReport([started, planOf([]), ended]).exit).toBe(0);
  });

  test("every code a run can have is explained", () => {
    const explained = new Set<number>(EXIT_CODES.map(([code]) => code));
    for (const [, , exit] of TABLE) expect(explained).toContain(exit);
  });

  test("does not depend on the order of the jobs", () => {
    const jobs = (["held", "failed", "refused", "interrupted"] as const).map((it) => ({
      subject: subjectOf(it),
      outcome: it,
      names: [],
      bytes: 0,
      milliseconds: 0,
    }));
    const report = { refused: [], failures: [] };
    expect(exitCodeOf({ ...report, jobs })).toBe(130);
    expect(exitCodeOf({ ...report, jobs: jobs.toReversed() })).toBe(130);
  });
});

describe("the report of a run", () => {
  const plan = planOf([jobOf("a", 100), jobOf("b"), jobOf("c")], {
    warnings: [{ about: "a", message: "slow" }],
    failures: [{ about: "px3", message: "connection refused" }],
  });
  const report = foldReport([
    started,
    plan,
    { kind: "warning", at: at(1), about: "a", message: "slow" } as const,
    {
      kind: "failed",
      at: at(1),
      about: "px3",
      failure: { message: "connection refused", code: "command", hint: "is it up?" },
    } as const,
    ...successOf("a", 1, 100),
    failed("b"),
    outcome("c", "held"),
    { kind: "removed", at: at(40), job: "job-a", side: "live", image: "a", snapshot: "s", because: "old" } as const,
    { kind: "trashed", at: at(41), job: "job-a", image: "x", because: "gone" } as const,
    ended,
  ]);

  test("adds up", () => {
    expect(report.totals).toEqual({
      planned: 3,
      done: 1,
      full: 0,
      incremental: 1,
      held: 1,
      failed: 1,
      bytes: 100,
      removedLive: 1,
      removedBackup: 1,
      trashed: 1,
    });
    expect(report).toMatchObject({ run: "01JC4", host: "bk1", started: at(0), ended: at(90) });
  });

  test("keeps what a transfer was, and how still its guest stood", () => {
    expect(report.jobs[0]).toEqual({
      subject: subjectOf("a"),
      outcome: "done",
      consistency: { kind: "quiesced" },
      mode: "incremental",
      base: "backup;hourly;48;2026-11-02T10:58:00.000Z",
      names: ["backup;hourly;48;2026-11-02T11:58:00.000Z"],
      bytes: 100,
      wire: 25,
      milliseconds: 10_000,
      verified: "sent",
    });
  });

  test("keeps what hooks printed, and why they failed", () => {
    const hook = { hook: "post_vm", about: "web01" };
    const said = [
      { ...hook, output: "one\ntwo" },
      { ...hook, output: "", failure: "no answer within 600 s" },
    ];
    const events = said.map((one) => ({ kind: "hook-ended", at: at(1), ...one }) as const);
    expect(foldReport([started, planOf([]), ...events, ended]).hooks).toEqual(said);
  });

  test("says once what plan and events both say, with what the event knew more", () => {
    expect(report.warnings).toEqual([{ about: "a", message: "slow" }]);
    expect(report.failures).toHaveLength(1);
    expect(report.failures[0]?.failure.hint).toBe("is it up?");
  });

  test("counts the bytes of a transfer that was cut", () => {
    const cut = [...successOf("a", 1, 100).slice(0, 4), outcome("a", "interrupted")];
    expect(foldReport([started, planOf([jobOf("a")]), ...cut]).totals.bytes).toBe(50);
  });
});
