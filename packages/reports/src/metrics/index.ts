import type { ImageListing, ImageUsage, JobReport, PoolSpace, Precheck, RunReport } from "@backurne/model";
import { Gauge, Registry } from "prom-client";
import { CHECK_EXIT, judgePrecheck } from "../check-status.ts";
import type { ProgressView } from "../progress-view.ts";
import { goesOn, type RecordedRun } from "../run-files.ts";

/** What there is to measure; what nobody knows is left out. */
export interface Measured {
  /** Epoch ms. */
  readonly now: number;
  /** undefined: it could not be listed. */
  readonly images?: readonly ImageListing[] | undefined;
  readonly usage?: readonly ImageUsage[] | undefined;
  readonly space?: PoolSpace | undefined;
  /** Of this host, the newest first. */
  readonly runs: readonly RecordedRun[];
  /** Some of them must not be read, or all. */
  readonly unread?: boolean | undefined;
  /** Of runs of this very process. */
  readonly progress: readonly ProgressView[];
  readonly precheck?: Precheck | undefined;
}

/** Guests may share a name, and so do generations of one: only the image tells them apart. */
const DISK = ["cluster", "guest", "disk", "image"] as const;

/** The text that Prometheus scrapes, and that node_exporter takes as a file. */
export async function renderMetrics(measured: Measured): Promise<string> {
  const registry = new Registry();
  const gauge: Make = (name, help, labelNames = []) =>
    new Gauge({ name: `backurne_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  measureImages(measured, gauge);
  measureRuns(measured, gauge);
  measureTransfers(measured, gauge);
  measureCheck(measured, gauge);
  return registry.metrics();
}

type Make = (name: string, help: string, labelNames?: readonly string[]) => Gauge;

function measureImages({ images, usage, space }: Measured, gauge: Make): void {
  gauge("listed", "1 when the backups could be listed").set(images ? 1 : 0);
  if (images) {
    const good = gauge("last_backup_timestamp_seconds", "Newest backup of a profile", [...DISK, "profile"]);
    const verified = gauge("verified_timestamp_seconds", "When it was last compared with its source", DISK);
    const late = gauge("late", "1 when a profile of a disk is late", [...DISK, "profile"]);
    const suspect = gauge("suspect", "1 when a verification found a difference", DISK);
    const points = gauge("points", "Backups that stand", DISK);
    const states = gauge("disks", "Disks by the state of their source", ["state"]);
    for (const image of images) {
      if (image.kind !== "current") continue;
      const disk = labelsOf({ ...image, image: image.uuid });
      // What is not backed up any more is not behind.
      const backed = image.state === "present" || image.state === "unlistable";
      for (const [profile, at] of Object.entries(backed ? (image.newest ?? {}) : {}))
        good.set({ ...disk, profile }, secondsOf(at));
      for (const profile of image.late) late.set({ ...disk, profile }, 1);
      if (image.verified) verified.set(disk, secondsOf(image.verified.at));
      suspect.set(disk, image.suspect === undefined ? 0 : 1);
      points.set(disk, image.snapshots);
      states.inc({ state: image.state });
    }
  }
  if (usage) {
    const used = gauge("used_bytes", "Space a backup image uses with all its snapshots", ["image"]);
    for (const one of usage) used.set({ image: one.uuid }, one.used);
  }
  if (space) {
    const { pool, stored, available } = space;
    gauge("pool_stored_bytes", "What the backup pool holds, without replicas", ["pool"]).set({ pool }, stored);
    gauge("pool_available_bytes", "What still fits into it, by its quota where that is less", ["pool"]).set(
      { pool },
      available,
    );
  }
}

function measureRuns({ now, runs, unread = false, progress }: Measured, gauge: Make): void {
  gauge("runs_listed", "1 when all run files of this host could be read").set(unread ? 0 : 1);
  const open = runs.filter(({ summary }) => goesOn(summary, now));
  gauge("runs_in_progress", "Runs that go on on this host").set(progress.length + open.length);
  const sum = (of: (view: ProgressView) => number) => progress.reduce((total, view) => total + of(view), 0);
  gauge("transfers_in_progress", "Transfers of this process").set(sum(({ transfers }) => transfers.length));
  gauge("jobs_waiting", "Jobs of this process that wait").set(sum(({ waiting }) => waiting));
  gauge("progress_bytes", "Bytes that the runs of this process have moved").set(sum(({ bytes }) => bytes));
  const last = runs.find(({ summary }) => summary.state === "ended")?.report;
  if (last) measureLast(last, gauge);
}

function measureLast({ started, ended, exit, totals, jobs }: RunReport, gauge: Make): void {
  gauge("last_run_timestamp_seconds", "When the last run of this host ended").set(secondsOf(ended));
  gauge("last_run_duration_seconds", "How long it took").set(secondsOf(ended) - secondsOf(started));
  gauge("last_run_exit_code", "How it ended; 0: all well").set(exit);
  gauge("last_run_bytes", "What it moved").set(totals.bytes);
  const outcomes = gauge("last_run_jobs", "Its jobs by their outcome", ["outcome"]);
  for (const outcome of ["done", "held", "failed", "refused", "interrupted"]) {
    outcomes.set({ outcome }, jobs.filter((job) => job.outcome === outcome).length);
  }
}

/** Of each disk the newest transfer that the run files of this host remember. */
function measureTransfers({ runs }: Measured, gauge: Make): void {
  const newest = new Map<string, JobReport>();
  for (const { report } of runs) {
    for (const job of report.jobs) {
      if (job.mode && job.milliseconds > 0 && !newest.has(job.subject.image)) newest.set(job.subject.image, job);
    }
  }
  const duration = gauge("backup_duration_seconds", "How long the last transfer took, without waiting", [
    ...DISK,
    "mode",
  ]);
  const bytes = gauge("backup_bytes", "What the last transfer moved", [...DISK, "mode"]);
  for (const { subject, mode = "", ...job } of newest.values()) {
    duration.set({ ...labelsOf(subject), mode }, job.milliseconds / 1000);
    bytes.set({ ...labelsOf(subject), mode }, job.bytes);
  }
}

function measureCheck({ precheck, now }: Measured, gauge: Make): void {
  if (!precheck) return;
  const { state } = judgePrecheck(precheck, now);
  gauge("check_state", "What `backurne check` says: 0 ok, 1 warning, 2 critical").set(CHECK_EXIT[state]);
  gauge("check_timestamp_seconds", "When precheck looked").set(secondsOf(precheck.at));
  const problems = gauge("check_problems", "What it found, by kind and severity", ["kind", "severity"]);
  for (const { kind, severity } of precheck.problems) problems.inc({ kind, severity });
}

function labelsOf({ cluster, guest, disk, image }: Pick<JobReport["subject"], (typeof DISK)[number]>) {
  return { cluster, guest, disk, image };
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1000;
}
