import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Consistency, Job, RunEvent } from "@backurne/model";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  foldReport,
  joinSinks,
  openRunFiles,
  startTelling,
  writeLog,
  writeNdjson,
  writeRunFile,
} from "../src/index.ts";
import type { Sink } from "../src/index.ts";
import { at, ended, endOf, freezingJobOf, jobOf, planOf, started, successOf } from "./fixture.ts";

const plan = planOf([jobOf("a")]);
const events = [started, plan, ...successOf("a", 1, 5_000_000), ended];

function feed(sink: Sink, what: readonly RunEvent[] = events): void {
  for (const event of what) sink.event(event);
  sink.end(foldReport(what));
}

describe("NDJSON", () => {
  const linesOf = (what: readonly RunEvent[]) => {
    const lines: string[] = [];
    feed(
      writeNdjson((line) => lines.push(line)),
      what,
    );
    return lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
  };

  test("the plan is the first line although the run starts before it, the report the last", () => {
    const kinds = linesOf(events);
    expect(kinds.slice(0, 3)).toEqual(["plan", "run-started", "job-started"]);
    expect(kinds.slice(-2)).toEqual(["run-ended", "report"]);
    expect(kinds).toHaveLength(events.length + 1);
  });

  test("a run that never had a plan is told all the same", () => {
    const stopped: RunEvent = { kind: "interrupted", at: at(1), because: "SIGTERM" };
    expect(linesOf([started, stopped])).toEqual(["run-started", "interrupted", "report"]);
  });

  test("a name cannot break a line", () => {
    const lines: string[] = [];
    feed(
      writeNdjson((line) => lines.push(line)),
      [started, endOf("a\nb", {})],
    );
    for (const line of lines) expect(line.indexOf("\n")).toBe(line.length - 1);
  });
});

describe("the run file", () => {
  let stateDir: string;
  let warnings: string[];
  const runFile = () => writeRunFile({ stateDir, warn: (message) => warnings.push(message) });
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "backurne-reports-"));
    warnings = [];
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  test("of a run that has ended is read by its last line, of one that goes on as far as it is", async () => {
    const directory = join(stateDir, "runs");
    mkdirSync(directory);
    const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
    const report = foldReport([started, ended]);
    writeFileSync(join(directory, "done.ndjson"), `${line(started)}what nobody reads any more\n${line(report)}`);
    writeFileSync(join(directory, "open.ndjson"), `${line(started)}${line(ended).slice(0, 9)}`);
    writeFileSync(join(directory, "torn.ndjson"), "{");
    const files = openRunFiles(stateDir);
    const [one, other] = await Promise.all([files.list(), files.list()]);
    expect(other).toBe(one);
    expect(one.map(({ summary: { run, state } }) => [run, state]).sort()).toEqual([
      ["done", "ended"],
      ["open", "open"],
      ["torn", "open"],
    ]);
    expect((await files.find("done"))?.report).toEqual(report);
    writeFileSync(join(directory, "open.ndjson"), line(started) + line(report));
    expect((await files.find("open"))?.summary.state).toBe("ended");
  });

  test("that must not be read is not the same as one that is not there", async () => {
    const files = openRunFiles(stateDir);
    const unread = expect.objectContaining({ code: "unexpected", hint: expect.stringContaining("the same user") });
    expect(await files.look()).toEqual({ runs: [], trouble: undefined });
    expect([await files.find("none"), await files.events("none")]).toEqual([undefined, []]);
    feed(runFile());
    // As good as one of another user: root may read those.
    mkdirSync(join(stateDir, "runs/other.ndjson"));
    expect(await files.look()).toMatchObject({ runs: [{ summary: { run: "01JC4" } }], trouble: unread });
    await expect(files.find("other")).rejects.toEqual(unread);
    await expect(files.events("other")).rejects.toEqual(unread);
    rmSync(join(stateDir, "runs"), { recursive: true });
    writeFileSync(join(stateDir, "runs"), "");
    expect(await files.look()).toMatchObject({ runs: [], trouble: unread });
    await expect(files.find("01JC4")).rejects.toEqual(unread);
    await expect(files.follow("01JC4", new AbortController().signal).next()).rejects.toEqual(unread);
  });

  test("holds the run without its progress", () => {
    feed(runFile());
    const lines = readFileSync(join(stateDir, "runs/01JC4.ndjson"), "utf8").trimEnd().split("\n");
    const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds).toEqual([
      "plan",
      "run-started",
      "job-started",
      "snapshot-made",
      "transfer-started",
      "transfer-ended",
      "verified",
      "removed",
      "job-ended",
      "run-ended",
      "report",
    ]);
    expect(warnings).toEqual([]);
  });

  test("shows by its time that bytes are moved, each minute at most", async () => {
    const sink = runFile();
    const files = openRunFiles(stateDir);
    const touched = async (seconds: number) => {
      sink.event({ kind: "progress", at: at(seconds), job: "job-a", bytes: seconds });
      return (await files.find("01JC4"))?.summary.touched;
    };
    for (const event of [started, plan]) sink.event(event);
    const times: (string | undefined)[] = [];
    for (const seconds of [3600, 3601, 3659, 3660, 3700, 7200]) times.push(await touched(seconds));
    expect(times).toEqual([3600, 3600, 3600, 3660, 3660, 7200].map(at));
    sink.end(foldReport([started, plan, ended]));
    expect((await files.find("01JC4"))?.summary).toMatchObject({ state: "ended" });
    expect((await files.find("01JC4"))?.summary.touched).toBe(undefined);
    expect(warnings).toEqual([]);
  });

  test("the newest hundred are kept, and nothing that is no run file is touched", () => {
    const runs = join(stateDir, "runs");
    mkdirSync(runs);
    writeFileSync(join(runs, "notes.txt"), "");
    for (let number = 0; number < 100; number += 1) {
      const path = join(runs, `old${number}.ndjson`);
      writeFileSync(path, "");
      utimesSync(path, 1_000_000 + number, 1_000_000 + number);
    }
    feed(runFile());
    const left = readdirSync(runs);
    expect(left).toHaveLength(101);
    expect(left).toEqual(expect.arrayContaining(["notes.txt", "01JC4.ndjson", "old1.ndjson"]));
    expect(left).not.toContain("old0.ndjson");
  });

  test("what cannot be written is one warning and no more", () => {
    writeFileSync(join(stateDir, "runs"), "a file where the directory should be");
    feed(runFile());
    expect(warnings).toEqual([expect.stringContaining("the run is not recorded")]);
  });

  test("a run's name never leads out of the directory", () => {
    feed(runFile(), [{ ...started, run: "../../etc/x" } as RunEvent, ended]);
    expect(warnings).toEqual([expect.stringContaining("is no name for a file")]);
  });
});

describe("the lines that are told", () => {
  const tellAll = (what: readonly RunEvent[]) => {
    const tell = startTelling();
    return what.flatMap((event) => tell(event)).map(({ text }) => text);
  };

  test("of a run that goes well", () => {
    expect(tellAll(events)).toEqual([
      "run 01JC4  bk1  backurne 0.1.0",
      "1 due of 1 disks",
      "incr rook/a  4.8 MiB in 0:10, 500 kB/s, 4.0:1 packed",
    ]);
  });

  test("of trouble, each once", () => {
    const failure = { message: "connection refused", code: "command", hint: "is px3 up?" };
    expect(
      tellAll([
        planOf([], { warnings: [{ about: "px3", message: "slow" }] }),
        { kind: "warning", at: at(1), about: "px3", message: "slow" },
        endOf("a", { outcome: "failed", failure }),
        endOf("b", { outcome: "refused", because: "9 of 12 removals" }),
        endOf("c", { outcome: "held" }),
        { kind: "refused", at: at(2), scope: "pool", because: "the clock is ahead", removals: 0 },
        { kind: "interrupted", at: at(3), because: "SIGTERM" },
      ]),
    ).toEqual([
      "nothing due of 0 disks",
      "WARN px3  slow",
      "FAIL rook/a  connection refused (is px3 up?)",
      "REFUSED rook/b  9 of 12 removals",
      "REFUSED the whole pool  the clock is ahead",
      "interrupted: SIGTERM",
    ]);
  });

  describe("of guests that were to stand still", () => {
    const [a, b] = ["px1/mail/scsi0", "px1/mail/scsi1"] as const;
    const made = (name: string, consistency: Consistency): RunEvent => {
      return { kind: "snapshot-made", at: at(1), job: `job-${name}`, snapshot: "s", image: name, consistency };
    };
    const moving = { kind: "crash-consistent", skew: 40, because: "snapshots took longer than 8 s" } as const;
    const tellOf = (jobs: readonly Job[], ...what: readonly RunEvent[]) => tellAll([planOf(jobs), ...what]).slice(1);

    test.each<[Consistency, readonly string[]]>([
      [{ kind: "quiesced" }, []],
      [{ kind: "stopped" }, []],
      [moving, ["WARN px1/mail  snapshots took longer than 8 s; crash-consistent, skew 40 ms"]],
      [{ ...moving, skew: 0 }, ["WARN px1/mail  snapshots took longer than 8 s; crash-consistent"]],
      [{ kind: "crash-consistent", skew: 0 }, ["WARN px1/mail  it did not stand still; crash-consistent"]],
    ])("%j", (consistency, lines) => {
      expect(tellOf([freezingJobOf(a)], made(a, consistency))).toEqual(lines);
    });

    test("once for all its disks", () => {
      const lines = tellOf([freezingJobOf(a), freezingJobOf(b)], made(a, moving), made(b, moving));
      expect(lines).toHaveLength(1);
    });

    test("not again where the reason was told, and yet of another guest", () => {
      const message = `could not be frozen: ${moving.because}`;
      const warning: RunEvent = { kind: "warning", at: at(1), about: "px1/mail", message };
      const told = `WARN px1/mail  ${message}`;
      expect(tellOf([freezingJobOf(a)], warning, made(a, moving))).toEqual([told]);
      const other: RunEvent = { ...warning, about: "px1/mail2" };
      expect(tellOf([freezingJobOf(a)], other, made(a, moving))).toHaveLength(2);
    });

    test("of others nothing: nobody expected it", () => {
      expect(tellOf([jobOf("a")], made("a", moving))).toEqual([]);
    });
  });

  test("of hooks what they print, a line each; of silent ones nothing", () => {
    const hook = { kind: "hook-ended", at: at(1), hook: "pre_disk", about: "vm-1-disk-0" } as const;
    expect(
      tellAll([
        { ...hook, output: "locking\nlocked\n" },
        { ...hook, output: "" },
        { ...hook, output: "\u001b[31m", failure: "it failed with exit code 1" },
      ]),
    ).toEqual([
      "hook pre_disk vm-1-disk-0: locking",
      "hook pre_disk vm-1-disk-0: locked",
      "hook pre_disk vm-1-disk-0: \\x1b[31m",
    ]);
  });

  test("a name with control characters stays on its line and paints nothing", () => {
    const [text] = tellAll([
      endOf("a\n\u001b[31m", { outcome: "failed", failure: { message: "no", code: "command" } }),
    ]);
    expect(text).toBe("FAIL rook/a\\x0a\\x1b[31m  no");
  });

  test("go to the log with their levels", () => {
    const logged: string[] = [];
    const level = (name: string) => (_: unknown, text?: string) => void logged.push(`${name} ${text}`);
    const logger = { info: level("info"), warn: level("warn"), error: level("error") };
    feed(joinSinks([writeLog(logger)]), [
      started,
      endOf("a", { outcome: "failed", failure: { message: "no", code: "x" } }),
    ]);
    expect(logged).toEqual(["info run 01JC4  bk1  backurne 0.1.0", "error FAIL rook/a  no", "error run ended, exit 3"]);
  });
});
