import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckProblem, JobReport, NoticeKind, NotifySettings, Precheck, RunReport } from "@backurne/model";
import { describe, expect, onTestFinished, test } from "vitest";
import { foldReport } from "../src/index.ts";
import { notify, type NotifyTools } from "../src/outlets/index.ts";
import { decideNotice, nothingTold, type Notice, type Told } from "../src/outlets/notices.ts";
import { ended, subjectOf, started } from "./fixture.ts";
import { startHttp, startMail } from "./servers.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 2, 12);
const empty = foldReport([started, ended]);

function reportOf(jobs: Readonly<Record<string, JobReport["outcome"]>>, failures: readonly string[] = []): RunReport {
  const job = (name: string, outcome: JobReport["outcome"]): JobReport => ({
    subject: subjectOf(name),
    outcome,
    names: [],
    bytes: 0,
    milliseconds: 0,
    ...(outcome === "failed" && { failure: { message: "no route to host", code: "command" } }),
  });
  return {
    ...empty,
    jobs: Object.entries(jobs).map(([name, outcome]) => job(name, outcome)),
    failures: failures.map((about) => ({ about, failure: { message: "refused", code: "command" } })),
  };
}

function precheckOf(...late: readonly string[]): Precheck {
  const problems = late.map((about): CheckProblem => ({
    kind: "late",
    severity: "critical",
    about,
    message: "hourly",
  }));
  return {
    version: 1,
    kind: "precheck",
    at: new Date(START).toISOString(),
    host: "bk1",
    maxAge: HOUR,
    disks: 3,
    problems,
  };
}

interface Step {
  /** Hours after the start. */
  readonly at: number;
  readonly report?: RunReport;
  readonly precheck?: Precheck;
}

/** What is told at each step: `+` new, `=` still, `-` over, `.` nothing. */
function play(steps: readonly Step[], on: readonly NoticeKind[] = ["failure", "late", "recovery"]): readonly string[] {
  let told: Told = nothingTold;
  return steps.map(({ at, ...seen }) => {
    const situation = { now: START + at * HOUR, host: "bk1", ...seen };
    const { notice, told: next } = decideNotice(situation, told, { on, again: 24 * HOUR });
    told = JSON.parse(JSON.stringify(next)) as Told;
    return notice ? show(notice) : ".";
  });
}

function show({ fresh, lasting, over, summary }: Notice): string {
  const short = (sign: string, lines: readonly string[]) => lines.map((line) => `${sign}${line.split(/[:,]/, 1)[0]}`);
  return [...short("+", fresh), ...short("=", lasting), ...short("-", over), ...(summary ? ["digest"] : [])].join(" ");
}

describe("what is told", () => {
  const failed = reportOf({ a: "failed" });
  const done = reportOf({ a: "done" });
  const rows: readonly (readonly [what: string, steps: readonly Step[], told: readonly string[]])[] = [
    ["nothing while all is well", [{ at: 0, report: done }], ["."]],
    [
      "a failure once, though it lasts; then once a day; then that it is over",
      [0, 1, 2, 23, 24, 25]
        .map((at) => ({ at, report: failed }))
        .concat([
          { at: 26, report: done },
          { at: 27, report: done },
        ]),
      ["+rook/a", ".", ".", ".", "=rook/a", ".", "-rook/a", "."],
    ],
    [
      "one message, however much fails at once",
      [{ at: 0, report: reportOf({ a: "failed", b: "failed" }, ["px1"]) }],
      ["+rook/a +rook/b +px1"],
    ],
    [
      "what comes and goes is told once a day",
      [0, 1, 2, 3].map((at) => ({ at, report: at % 2 === 0 ? failed : done })),
      ["+rook/a", "-rook/a", ".", "."],
    ],
    [
      "a run of something else does not say that it is over",
      [
        { at: 0, report: failed },
        { at: 1, report: reportOf({ b: "done" }) },
        { at: 2, report: reportOf({ a: "held" }) },
        { at: 3, report: reportOf({ a: "interrupted" }) },
        { at: 4, report: reportOf({ a: "refused" }) },
      ],
      ["+rook/a", ".", ".", ".", "."],
    ],
    [
      "what could not be looked at is over when something of it was backed up again",
      [
        { at: 0, report: reportOf({}, ["rook", "the run"]) },
        { at: 1, report: { ...reportOf({}), exit: 130 } },
        { at: 2, report: reportOf({}) },
        { at: 3, report: reportOf({ a: "done" }) },
      ],
      ["+rook +the run", ".", "-the run", "-rook"],
    ],
    [
      "what is late, from a precheck alone; one that cannot be read says nothing",
      [{ at: 0, precheck: precheckOf("rook/a") }, { at: 1 }, { at: 2, precheck: precheckOf() }],
      ["+late", ".", "-late"],
    ],
  ];
  test.each(rows)("%s", (_, steps, told) => expect(play(steps)).toEqual(told));

  test("only what is asked for", () => {
    expect(play([{ at: 0, report: failed, precheck: precheckOf("rook/b") }], ["late"])).toEqual(["+late"]);
    expect(
      play(
        [
          { at: 0, report: failed },
          { at: 1, report: done },
        ],
        ["failure"],
      ),
    ).toEqual(["+rook/a", "."]);
  });

  test("once a day how it went", () => {
    const steps = [0, 1, 12, 23.8, 24, 48].map((at) => ({ at, report: done }));
    expect(play(steps, ["digest"])).toEqual(["digest", ".", ".", "digest", ".", "digest"]);
  });
});

function toolsIn(changes: Partial<NotifyTools> = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), "backurne-notify-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const [warned, ran]: [string[], string[]] = [[], []];
  const tools: NotifyTools = {
    stateDir,
    host: "bk1",
    now: () => START,
    warn: (message) => warned.push(message),
    run: async (file, _, input) => void ran.push(`${file} ${input}`),
    precheck: async () => undefined,
    ...changes,
  };
  return { tools, warned, ran };
}

const settings: NotifySettings = { on: ["failure", "recovery"], again: 24 * HOUR };
const failed = reportOf({ "a\r\nBcc: x@y": "failed" });

describe("who is told", () => {
  test("by mail: a subject of one line, and what names say is only text", async () => {
    const { port, got } = await startMail();
    const mail = { host: "127.0.0.1", port, tls: "off", from: "backurne@bk1", to: ["ops@x", "boss@x"] } as const;
    const { tools, warned } = toolsIn();
    await notify({ ...settings, mail }, failed, tools);
    expect(warned).toEqual([]);
    expect(got).toHaveLength(1);
    const [head = "", body = ""] = got[0]?.split("\n\n", 2) ?? [];
    expect(head).toContain("Subject: backurne on bk1: 1 new");
    expect(head).toContain("To: ops@x, boss@x");
    expect(head).not.toContain("Bcc");
    expect(body).toContain("NEW");
  });

  test("by webhook and by command, as JSON", async () => {
    const { url, got } = await startHttp();
    const { tools, ran } = toolsIn();
    await notify({ ...settings, webhook: { url, token: "t", tls: {} }, command: "/tell" }, failed, tools);
    expect(got[0]?.headers).toMatchObject({ authorization: "Bearer t", "content-type": "application/json" });
    expect(JSON.parse(got[0]?.body ?? "")).toMatchObject({
      version: 1,
      kind: "notice",
      about: ["failure"],
      host: "bk1",
    });
    expect(ran).toEqual([`/tell ${got[0]?.body}`]);
  });

  test("once; what nobody could be told is told by the next run; what one way told is told", async () => {
    let status = 500;
    const { url, got } = await startHttp(() => status);
    const { tools, warned } = toolsIn();
    const webhook = { url, tls: {} };
    await notify({ ...settings, webhook }, failed, tools);
    expect(warned).toEqual(["notify: webhook: answered with status 500: as it was asked"]);
    status = 204;
    await notify({ ...settings, webhook }, failed, tools);
    await notify({ ...settings, webhook }, failed, tools);
    expect(got).toHaveLength(2);
    await notify({ ...settings, webhook: { url: "http://127.0.0.1:1", tls: {} }, command: "/tell" }, empty, tools);
    expect(warned).toHaveLength(1);
  });
});
