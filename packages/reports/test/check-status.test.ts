import type { CheckKind, CheckProblem, Precheck, Severity } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { CHECK_EXIT, describeCheck, judgePrecheck, unknownStatus } from "../src/index.ts";

const NOW = Date.parse("2026-11-02T12:00:00Z");
const HOUR = 3_600_000;

function problem(kind: CheckKind, severity: Severity, more: Partial<CheckProblem> = {}): CheckProblem {
  return { kind, severity, about: "rook/a", message: "hourly", ...more };
}

function found(problems: readonly CheckProblem[], age = 60_000): Precheck {
  const at = new Date(NOW - age).toISOString();
  return { version: 1, kind: "precheck", at, host: "bk1", maxAge: 3 * HOUR, disks: 12, problems };
}

describe("the state, its exit code and its words", () => {
  const ROWS: readonly [string, Precheck, string, string][] = [
    ["nothing wrong", found([]), "ok", "12 disks backed up in time"],
    ["for information only", found([problem("ending", "info")]), "ok", "1 ending soon"],
    ["a warning", found([problem("refused", "warning")]), "warning", "1 refused"],
    [
      "the worst counts",
      found([problem("late", "critical"), problem("late", "critical"), problem("refused", "warning")]),
      "critical",
      "2 of 12 disks late, 1 refused",
    ],
    ["nearly too old", found([], 2.5 * HOUR), "warning", "precheck has not run for 2 h 30 min"],
    ["too old", found([], 4 * HOUR), "critical", "precheck has not run for 4 h"],
    [
      "too old, with what was wrong then",
      found([problem("refused", "warning")], 4 * HOUR),
      "critical",
      "precheck has not run for 4 h, 1 refused",
    ],
  ];
  test.each(ROWS)("%s", (_, precheck, state, summary) => {
    const status = judgePrecheck(precheck, NOW);
    expect(status).toMatchObject({ state, summary, exit: CHECK_EXIT[status.state] });
  });

  test("they are those of monitoring plugins", () => {
    expect(CHECK_EXIT).toEqual({ ok: 0, warning: 1, critical: 2, unknown: 3 });
    expect(unknownStatus("no file")).toMatchObject({ state: "unknown", exit: 3, problems: [] });
  });
});

describe("the output of a plugin", () => {
  test("state and performance data, then a line each", () => {
    const last = new Date(NOW - 98 * 60_000).toISOString();
    const precheck = found([problem("late", "critical", { last }), problem("suspect", "critical", { message: "x" })]);
    const status = judgePrecheck({ ...precheck, oldest: last }, NOW);
    expect(describeCheck(status, NOW)).toEqual([
      "BACKURNE CRITICAL - 1 of 12 disks late, 1 suspect | late=1;0;0 suspect=1 refused=0 problems=2 oldest=5880s precheck_age=60s;7200;10800",
      "late: rook/a hourly, last good 1 h 38 min ago",
      "suspect: rook/a x",
    ]);
  });

  test("no name can begin performance data", () => {
    const status = judgePrecheck(found([problem("late", "critical", { about: "a|b=1" })]), NOW);
    expect(describeCheck(status, NOW).slice(1).join("")).not.toContain("|");
    expect(describeCheck(unknownStatus("a|b"), NOW)).toEqual(["BACKURNE UNKNOWN - a¦b"]);
  });
});
