import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckProblem, JobReport, NoticeKind, NotifySettings, Precheck, RunReport } from "@backurne/model";
import { describe, expect, onTestFinished, test } from "vitest";
import { foldReport, writeRunFile } from "../src/index.ts";
import { alone } from "../src/outlets/alone.ts";
import { notify, type NotifyTools } from "../src/outlets/index.ts";
import { decideNews, nothingTold, writeNotice, type Notice, type Told } from "../src/outlets/notices.ts";
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

function withProblem(kind: CheckProblem["kind"], about: string, ...late: readonly string[]): Precheck {
  const { problems, ...rest } = precheckOf(...late);
  return { ...rest, problems: [...problems, { kind, severity: "critical", about, message: "seen" }] };
}

interface Step {
  /** Hours after the start. */
  readonly at: number;
  readonly report?: RunReport;
  readonly precheck?: Precheck;
  readonly failure?: string;
}

/** What is told at each step: `+` new, `=` still, `-` over, `.` nothing. */
function play(steps: readonly Step[], on: readonly NoticeKind[] = ["failure", "late", "recovery"]): readonly string[] {
  let told: Told = nothingTold;
  return steps.map(({ at, ...seen }) => {
    const situation = { now: START + at * HOUR, host: "bk1", ...seen };
    const { news, told: next } = decideNews(situation, told, { on, again: 24 * HOUR });
    const notice = writeNotice(news, situation);
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
  const refusal = { scope: "pool", because: "this host's clock is 40 s behind", removals: 0 } as const;
  const refused = { ...reportOf({}), exit: 4, refused: [refusal] };
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
      "whom report_time could not write to, until it can",
      [
        { at: 0, report: { ...reportOf({ a: "done" }, ["report_time"]), exit: 3 } },
        { at: 1, report: { ...reportOf({ a: "done" }, ["report_time"]), exit: 3 } },
        { at: 2, report: reportOf({ a: "done" }) },
      ],
      ["+report_time", ".", "-report_time"],
    ],
    [
      "what is late, from a precheck alone; one that cannot be read says nothing",
      [{ at: 0, precheck: precheckOf("rook/a") }, { at: 1 }, { at: 2, precheck: precheckOf() }],
      ["+late", ".", "-late"],
    ],
    [
      "what a precheck could not look at is not over, nor what it still finds",
      [
        { at: 0, precheck: precheckOf("rook/a", "px1/b") },
        { at: 1, precheck: withProblem("clock", "the clock") },
        { at: 2, precheck: withProblem("unlisted", "rook") },
        { at: 3, precheck: withProblem("blind", "px1/b", "rook/a") },
        { at: 4, precheck: precheckOf("rook/a", "px1/b") },
        { at: 5, precheck: precheckOf() },
      ],
      ["+late +late", "+clock", "+unlisted -late -clock", "+blind -unlisted", "-blind", "-late"],
    ],
    [
      "a run that was refused, by whom only failures are told, until it is not; precheck says the same",
      [
        { at: 0, report: refused },
        { at: 1, report: refused, precheck: withProblem("refused", "the backup pool") },
        { at: 2, precheck: withProblem("refused", "the backup pool") },
        { at: 3, report: done, precheck: precheckOf() },
      ],
      ["+refused the backup pool", ".", ".", "-refused"],
    ],
    [
      "a run that was stopped, and stopped again another day; what has no cluster in its name",
      [
        { at: 0, report: { ...reportOf({}, ["the run", "8eb4f698;scsi0"]), exit: 130 } },
        { at: 1, report: done },
        { at: 240, report: { ...reportOf({}, ["the run", "8eb4f698;scsi0"]), exit: 130 } },
      ],
      ["+the run +8eb4f698;scsi0", "-the run -8eb4f698;scsi0", "+the run +8eb4f698;scsi0"],
    ],
    [
      "a precheck that fails inside of a run",
      [
        { at: 0, report: { ...reportOf({ a: "done" }, ["precheck"]), exit: 3 } },
        { at: 1, report: done, precheck: precheckOf() },
      ],
      ["+precheck", "-precheck"],
    ],
    [
      "a precheck that fails, until one does not; what was late before is not over for it",
      [
        { at: 0, precheck: precheckOf("rook/a") },
        { at: 1, failure: "no route to host" },
        { at: 2, failure: "no route to host" },
        { at: 25.5, failure: "no route to host" },
        { at: 26, precheck: precheckOf("rook/a") },
      ],
      ["+late", "+precheck", ".", "=precheck", "=late -precheck"],
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

  test("once a day also where nothing but prechecks comes, and at the same time of day", () => {
    const hours = Array.from({ length: 24 * 10 }, (_, hour) => hour);
    const told = play(
      // A little to either side, as cron is.
      hours.map((hour) => ({ at: hour + (hour % 2 === 0 ? 0.01 : -0.01), precheck: precheckOf() })),
      ["digest"],
    );
    expect(hours.filter((hour) => told[hour] === "digest")).toEqual([0, 24, 48, 72, 96, 120, 144, 168, 192, 216]);
    const runs = play(
      hours.map((at) => ({ at, report: done })),
      ["digest"],
    );
    expect(hours.filter((hour) => runs[hour] === "digest")).toEqual([0, 23, 47, 71, 95, 119, 143, 167, 191, 215, 239]);
    const daily = [0, 24.02, 47.97, 71.99, 96.05].map((at) => ({
      at,
      ...(at === 47.97 ? { failure: "no route to host" } : { precheck: precheckOf() }),
    }));
    expect(play(daily, ["digest"])).toEqual(daily.map(() => "digest"));
  });

  test("by the run where one comes at its time, by a precheck where none does, and never by both", () => {
    const precheck = precheckOf();
    const steps = [
      { at: 0, report: done, precheck },
      { at: 23, precheck },
      { at: 23.5, report: done, precheck },
      { at: 24, precheck },
      { at: 47, precheck },
      { at: 48, precheck },
      { at: 49, report: done, precheck },
      { at: 73 },
      { at: 73, precheck },
    ];
    expect(play(steps, ["digest"])).toEqual(["digest", ".", "digest", ".", ".", "digest", ".", ".", "digest"]);
    expect(play(steps, ["late"])).toEqual(steps.map(() => "."));
  });
});

function toolsIn(changes: Partial<NotifyTools> = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), "backurne-notify-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const ran: string[] = [];
  const tools: NotifyTools = {
    stateDir,
    host: "bk1",
    now: () => START,
    run: async (file, _, input) => void ran.push(`${file} ${input}`),
    precheck: async () => undefined,
    ...changes,
  };
  const tell = async (settings: NotifySettings, report: RunReport | undefined) =>
    (await notify(settings, { report }, tools)).map(({ about, failure }) => `${about}: ${failure.message}`);
  return { tell, stateDir, tools, ran };
}

/** Holds the lock of a directory until it is killed. */
const HOLD = `
  const { alone } = await import(${JSON.stringify(new URL("../src/outlets/alone.ts", import.meta.url).href)});
  await alone(process.argv[1], async () => {
    console.log("held");
    await new Promise(() => setInterval(() => undefined, 1000));
  });`;

const settings: NotifySettings = { on: ["failure", "recovery"], again: 24 * HOUR };
const failed = reportOf({ "a\r\nBcc: x@y": "failed" });

describe("who is told", () => {
  test("by mail: a subject of one line, and what names say is only text", async () => {
    const { port, got } = await startMail();
    const mail = { host: "127.0.0.1", port, tls: "off", from: "backurne@bk1", to: ["ops@x", "boss@x"] } as const;
    const { tell } = toolsIn();
    expect(await tell({ ...settings, mail }, failed)).toEqual([]);
    expect(got).toHaveLength(1);
    const [head = "", body = ""] = got[0]?.split("\n\n", 2) ?? [];
    expect(head).toContain("Subject: backurne on bk1: 1 new");
    expect(head).toContain("To: ops@x, boss@x");
    expect(head).not.toContain("Bcc");
    expect(body).toContain("NEW");
  });

  test("by webhook and by command, as JSON", async () => {
    const { url, got } = await startHttp();
    const { tell, ran } = toolsIn();
    await tell({ ...settings, webhook: { url, token: "t", tls: {} }, command: "/tell" }, failed);
    expect(got[0]?.headers).toMatchObject({ authorization: "Bearer t", "content-type": "application/json" });
    expect(JSON.parse(got[0]?.body ?? "")).toMatchObject({
      version: 1,
      kind: "notice",
      about: ["failure"],
      host: "bk1",
    });
    expect(ran).toEqual([`/tell ${got[0]?.body}`]);
  });

  describe("by one way while another is down", () => {
    const [bad, good] = [reportOf({ a: "failed" }), reportOf({ a: "done" })];
    interface Occasion extends Omit<Step, "at" | "failure"> {
      readonly at?: number;
      readonly down?: boolean;
    }
    /** What the webhook and the program hear at each occasion: `!` and what could not be said. */
    async function hear(occasions: readonly Occasion[], on: readonly NoticeKind[] = ["failure", "late", "recovery"]) {
      let [now, precheck, down]: [number, Precheck | undefined, boolean] = [START, undefined, false];
      const { url, got } = await startHttp(() => (down ? 503 : 204));
      const { tell, ran } = toolsIn({ now: () => now, precheck: async () => precheck });
      const told: (readonly [webhook: string, command: string])[] = [];
      for (const [index, { report, down: isDown = false, at = index, ...seen }] of occasions.entries()) {
        [now, precheck, down] = [START + at * HOUR, seen.precheck, isDown];
        const before = [got.length, ran.length] as const;
        const lost = await tell({ on, again: 24 * HOUR, webhook: { url, tls: {} }, command: "/tell" }, report);
        expect(lost).toHaveLength(isDown && got.length > before[0] ? 1 : 0);
        const hooked = got.slice(before[0]).map(({ body }) => show(JSON.parse(body) as Notice));
        const heard = ran.slice(before[1]).map((line) => show(JSON.parse(line.slice("/tell ".length)) as Notice));
        // Nobody is spoken to twice at one occasion.
        expect([hooked.length, heard.length].every((times) => times <= 1)).toBe(true);
        const [hook = "."] = hooked;
        told.push([hook === "." ? hook : `${isDown ? "!" : ""}${hook}`, heard[0] ?? "."]);
      }
      return told;
    }

    type Row = readonly [
      what: string,
      occasions: readonly Occasion[],
      told: readonly (readonly [string, string])[],
      on?: readonly NoticeKind[],
    ];
    const rows: readonly Row[] = [
      [
        "it is told the next time, once, and nobody else twice",
        [{ report: bad, down: true }, { report: bad, down: true }, { report: bad }, { report: bad }],
        [
          ["!+rook/a", "+rook/a"],
          ["!+rook/a", "."],
          ["+rook/a", "."],
          [".", "."],
        ],
      ],
      [
        "the next time is a precheck, too, which knows nothing of a run",
        [{ report: bad, down: true }, { precheck: precheckOf() }, { precheck: precheckOf() }],
        [
          ["!+rook/a", "+rook/a"],
          ["+rook/a", "."],
          [".", "."],
        ],
      ],
      [
        "what has come since is told with it, in one message, and to the other alone",
        [
          { report: bad, down: true },
          { report: reportOf({ a: "failed", b: "failed" }), down: true },
          { precheck: precheckOf("rook/c") },
        ],
        [
          ["!+rook/a", "+rook/a"],
          ["!+rook/a +rook/b", "+rook/b"],
          ["+rook/a +rook/b +late", "+late"],
        ],
      ],
      [
        "what is over by then is told as over",
        [{ report: bad, down: true }, { report: good }, { report: good }],
        [
          ["!+rook/a", "+rook/a"],
          ["-rook/a", "-rook/a"],
          [".", "."],
        ],
      ],
      [
        "and as nothing where nobody wants to hear that",
        [{ report: bad, down: true }, { report: good }, { precheck: precheckOf() }],
        [
          ["!+rook/a", "+rook/a"],
          [".", "."],
          [".", "."],
        ],
        ["failure"],
      ],
      [
        "that it is over, later",
        [{ report: bad }, { report: good, down: true }, { precheck: precheckOf() }],
        [
          ["+rook/a", "+rook/a"],
          ["!-rook/a", "-rook/a"],
          ["-rook/a", "."],
        ],
      ],
      [
        "not where it has come again",
        [{ report: bad }, { report: good, down: true }, { report: bad }, { report: bad, at: 25 }],
        [
          ["+rook/a", "+rook/a"],
          ["!-rook/a", "-rook/a"],
          [".", "."],
          ["=rook/a", "=rook/a"],
        ],
      ],
      [
        "what is told again each day is still new to it",
        [
          { report: bad, down: true },
          { report: bad, at: 24, down: true },
          { report: bad, at: 25 },
          { report: bad, at: 49 },
        ],
        [
          ["!+rook/a", "+rook/a"],
          ["!+rook/a", "=rook/a"],
          ["+rook/a", "."],
          ["=rook/a", "=rook/a"],
        ],
      ],
      [
        "how it went, once",
        [
          { report: good, down: true },
          { report: good, at: 2 },
          { report: good, at: 4 },
          { report: good, at: 24 },
        ],
        [
          ["!digest", "digest"],
          ["digest", "."],
          [".", "."],
          ["digest", "digest"],
        ],
        ["digest"],
      ],
      [
        "of two days one digest",
        [
          { report: good, down: true },
          { report: good, at: 24, down: true },
          { precheck: precheckOf(), at: 25 },
        ],
        [
          ["!digest", "digest"],
          ["!digest", "digest"],
          ["digest", "."],
        ],
        ["digest"],
      ],
    ];
    test.each(rows.map((row) => [row[0], row] as const))("%s", async (_, [, occasions, told, on]) =>
      expect(await hear(occasions, on)).toEqual(told),
    );

    test("a way that is not there any more owes nothing, and one that comes later neither", async () => {
      const { url, got } = await startHttp(() => 503);
      const { tell, ran, stateDir } = toolsIn();
      const webhook = { url, tls: {} };
      await tell({ ...settings, webhook, command: "/tell" }, bad);
      expect(readFileSync(join(stateDir, "notices.json"), "utf8")).toContain('"owed":{"webhook"');
      await tell({ ...settings, command: "/tell" }, bad);
      expect(readFileSync(join(stateDir, "notices.json"), "utf8")).not.toContain("owed");
      expect(await tell({ ...settings, webhook, command: "/tell" }, bad)).toEqual([]);
      expect([got.length, ran.length]).toEqual([1, 1]);
    });
  });

  test("once; what nobody could be told is told by the next run; what one way told is told", async () => {
    let status = 500;
    const { url, got } = await startHttp(() => status);
    const { tell } = toolsIn();
    const webhook = { url, tls: {} };
    const refused = "notify: webhook: answered with status 500: as it was asked";
    expect(await tell({ ...settings, webhook }, failed)).toEqual([refused]);
    status = 204;
    expect(await tell({ ...settings, webhook }, failed)).toEqual([]);
    expect(await tell({ ...settings, webhook }, failed)).toEqual([]);
    expect(got).toHaveLength(2);
    expect(
      await tell({ ...settings, webhook: { url: "http://127.0.0.1:1", tls: {} }, command: "/tell" }, empty),
    ).toEqual([]);
  });

  test.each([
    "nonsense",
    "null",
    '{"version":2}',
    '{"version":1,"troubles":{},"owed":{"command":{}}}',
    '{"version":1,"troubles":{},"owed":{"command":null}}',
  ])("what cannot be read was never told: %s", async (text) => {
    const { tell, stateDir, ran } = toolsIn();
    writeFileSync(join(stateDir, "notices.json"), text);
    expect(await tell({ ...settings, command: "/tell" }, failed)).toEqual([]);
    expect(await tell({ ...settings, command: "/tell" }, failed)).toEqual([]);
    expect(ran).toHaveLength(1);
  });

  test("a precheck's digest tells of the last run that this host remembers", async () => {
    const { tell, stateDir, ran } = toolsIn({ precheck: async () => precheckOf("rook/a") });
    const digest: NotifySettings = { on: ["digest"], again: 1, command: "/tell" };
    const summary = () => (JSON.parse(ran.at(-1)?.slice("/tell ".length) ?? "{}") as Notice).summary;
    await tell(digest, undefined);
    expect(summary()).toBe("1 thing is wrong; no run of this host is remembered");
    rmSync(join(stateDir, "notices.json"));
    const file = writeRunFile({ stateDir, warn: (message) => ran.push(message) });
    for (const event of [started, ended]) file.event(event);
    file.end({ ...reportOf({}, ["px1"]), totals: { ...empty.totals, done: 7 } });
    await tell(digest, undefined);
    expect(summary()).toBe(
      `2 things are wrong; the last run, of ${empty.ended}: 7 done, 0 failed, 0 held, 0 bytes in ${(Date.parse(empty.ended) - Date.parse(empty.started)) / 1000} s`,
    );
    await tell(digest, undefined);
    expect(ran).toHaveLength(2);
  });

  test("one after the other: what several runs end with at once is told once", async () => {
    const { url, got } = await startHttp();
    const { tell } = toolsIn();
    const webhook = { url, tls: {} };
    await Promise.all(Array.from({ length: 5 }, () => tell({ ...settings, webhook }, failed)));
    expect(got).toHaveLength(1);
  });

  test("by one process of this host at a time; a dead one is in nobody's way", async () => {
    const { stateDir } = toolsIn();
    const other = spawn(process.execPath, ["--conditions=source", "--input-type=module", "--eval", HOLD, stateDir]);
    onTestFinished(() => void other.kill("SIGKILL"));
    const [said] = (await once(other.stdout, "data")) as [Buffer];
    expect(String(said)).toBe("held\n");
    let dead = false;
    const held = alone(stateDir, async () => dead);
    // Another directory is another matter.
    expect(await alone(`${stateDir}/other`, async () => dead)).toBe(false);
    dead = true;
    other.kill("SIGKILL");
    expect(await held).toBe(true);
  });
});
