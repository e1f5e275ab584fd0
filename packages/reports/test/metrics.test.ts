import type { ImageListing, Precheck } from "@backurne/model";
import { expect, test } from "vitest";
import { foldReport, initialProgress, viewProgress, type RecordedRun } from "../src/index.ts";
import { renderMetrics, type Measured } from "../src/metrics/index.ts";
import { at, ended, jobOf, planOf, started, successOf } from "./fixture.ts";

const NOW = Date.parse(at(600));

const image = (guest: string, more: Partial<ImageListing> = {}): ImageListing => ({
  ident: guest,
  disk: guest,
  uuid: `rook;${guest};None`,
  cluster: "rook",
  guest,
  reference: `rook/${guest}`,
  kind: "current",
  size: 1,
  snapshots: 3,
  state: "present",
  late: [],
  unproved: false,
  held: 0,
  newest: { hourly: at(0), daily: at(300) },
  ...more,
});

const report = foldReport([started, planOf([jobOf("a")]), ...successOf("a", 1, 5_000_000), ended]);
const run: RecordedRun = {
  summary: { run: "one", host: "bk1", started: report.started, ended: report.ended, state: "ended", exit: 0 },
  report,
};
const precheck: Precheck = {
  version: 1,
  kind: "precheck",
  at: at(500),
  host: "bk1",
  maxAge: 3_600_000,
  disks: 2,
  problems: [{ kind: "late", severity: "critical", about: "rook/a", message: "hourly" }],
};

/** The samples, without help and types. */
async function samples(measured: Partial<Measured>): Promise<readonly string[]> {
  const text = await renderMetrics({ now: NOW, runs: [], progress: [], ...measured });
  expect(text.endsWith("\n")).toBe(true);
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("lag of each disk and profile, verification, states and space", async () => {
  const verified = { how: "sent", at: at(400) } as const;
  const images = [image("a", { late: ["hourly"], verified }), image("b", { suspect: "differs" })];
  const usage = [{ uuid: "rook;a;None", reference: "rook/a", size: 9, used: 4096, snapshots: 3 }];
  const disk = (guest: string) => `cluster="rook",guest="${guest}",disk="${guest}",image="rook;${guest};None"`;
  const space = { pool: "backups", stored: 5000, available: 7000 };
  expect(await samples({ images, usage, space })).toEqual(
    expect.arrayContaining([
      "backurne_listed 1",
      `backurne_last_backup_timestamp_seconds{${disk("a")},profile="daily"} ${Date.parse(at(300)) / 1000}`,
      `backurne_verified_timestamp_seconds{${disk("a")}} ${Date.parse(at(400)) / 1000}`,
      `backurne_late{${disk("a")},profile="hourly"} 1`,
      `backurne_suspect{${disk("a")}} 0`,
      `backurne_suspect{${disk("b")}} 1`,
      `backurne_points{${disk("b")}} 3`,
      'backurne_disks{state="present"} 2',
      'backurne_used_bytes{image="rook;a;None"} 4096',
      'backurne_pool_stored_bytes{pool="backups"} 5000',
      'backurne_pool_available_bytes{pool="backups"} 7000',
    ]),
  );
});

test("a guest that came again under the name of one that is gone does not speak for it, nor is the old one behind", async () => {
  const gone = image("a", { uuid: "old;a;None", state: "vanished", suspect: "differs", newest: { hourly: at(0) } });
  const found = await samples({ images: [gone, image("a")] });
  const suspects = found.filter((line) => line.startsWith("backurne_suspect"));
  expect(suspects).toEqual([
    'backurne_suspect{cluster="rook",guest="a",disk="a",image="old;a;None"} 1',
    'backurne_suspect{cluster="rook",guest="a",disk="a",image="rook;a;None"} 0',
  ]);
  const behind = found.filter((line) => line.startsWith("backurne_last_backup"));
  expect(behind.filter((line) => line.includes("old;a;None"))).toEqual([]);
  expect(behind).toHaveLength(2);
});

test("runs: the last one, its transfers, and what goes on", async () => {
  const open = (silent: number): RecordedRun => ({
    summary: { ...run.summary, run: "two", state: "open", touched: new Date(NOW - silent).toISOString() },
    report: { ...report, ended: at(0) }, // what was said last
  });
  const found = await samples({
    runs: [open(60_000), open(4 * 3_600_000), run],
    progress: [viewProgress(initialProgress, NOW)],
  });
  expect(found).toEqual(
    expect.arrayContaining([
      "backurne_runs_in_progress 2", // what has been silent for hours is dead
      "backurne_last_run_exit_code 0",
      'backurne_last_run_jobs{outcome="done"} 1',
      'backurne_last_run_jobs{outcome="failed"} 0',
      `backurne_last_run_bytes ${report.totals.bytes}`,
      expect.stringMatching(
        /^backurne_backup_duration_seconds\{cluster="rook",guest="a",disk="a",image="rook;a;None",mode="\w+"\} [\d.]+$/,
      ),
      expect.stringMatching(
        /^backurne_backup_bytes\{cluster="rook",guest="a",disk="a",image="rook;a;None",mode="\w+"\} 5000000$/,
      ),
    ]),
  );
});

test("run files that cannot be read are a number, too", async () => {
  expect(await samples({ unread: true })).toContain("backurne_runs_listed 0");
});

test("what precheck found; where nobody could look, only that is said", async () => {
  expect(await samples({ precheck })).toEqual([
    "backurne_listed 0",
    "backurne_runs_listed 1",
    "backurne_runs_in_progress 0",
    "backurne_transfers_in_progress 0",
    "backurne_jobs_waiting 0",
    "backurne_progress_bytes 0",
    "backurne_check_state 2",
    `backurne_check_timestamp_seconds ${Date.parse(at(500)) / 1000}`,
    'backurne_check_problems{kind="late",severity="critical"} 1',
  ]);
});

test("names are data: none ends a line or a label", async () => {
  const found = await samples({ images: [image('x"} 1\nbackurne_late{y="\\')] });
  expect(found.filter((line) => line.startsWith("backurne_points"))).toHaveLength(1);
  expect(found.filter((line) => line.startsWith("backurne_late"))).toEqual([]);
});
