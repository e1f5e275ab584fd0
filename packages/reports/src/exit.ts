import type {
  ErrorCode,
  Failure,
  RetentionReport,
  RunReport,
  VerificationOutcome,
  VerificationReport,
} from "@backurne/model";

/** Every exit code of the command line but `check`'s, with the words `--help` uses. */
export const EXIT_CODES = [
  [0, "all well, also when some images were held by another host"],
  [1, "unexpected error"],
  [2, "usage or configuration"],
  [3, "some jobs failed, or something could not be listed, or told to those who are to be told"],
  [4, "a brake or the clock refused; backups were still made where that is safe"],
  [11, "everything asked for is held elsewhere"],
  [12, "no such image or snapshot"],
  [13, "verification found a difference"],
  [130, "interrupted"],
] as const;

export type ExitCode = (typeof EXIT_CODES)[number][0];

/** The one table from kinds of trouble to exit codes. */
const EXIT_OF: Readonly<Record<ErrorCode, ExitCode>> = {
  unexpected: 1,
  usage: 2,
  configuration: 2,
  command: 3,
  refused: 4,
  held: 11,
  "not-found": 12,
  difference: 13,
  interrupted: 130,
};

/** 2 and 12 are the only ones of their run: they come before anything is done. */
const WORST_FIRST: readonly ExitCode[] = [130, 1, 2, 12, 13, 4, 3, 11];

/** For what is thrown and for what a run failed with; a code nobody knows is unexpected. */
export function exitCodeOfError(code: string): ExitCode {
  return Object.hasOwn(EXIT_OF, code) ? EXIT_OF[code as ErrorCode] : 1;
}

/** Where a run's exit code is decided. What another host holds counts only when nothing else was there to do. */
export function exitCodeOf(report: Pick<RunReport, "jobs" | "refused" | "failures">): ExitCode {
  const found = new Set<ExitCode>(report.failures.map(({ failure }) => exitCodeOfError(failure.code)));
  if (report.refused.length > 0) found.add(4);
  for (const job of report.jobs) {
    if (job.outcome === "interrupted") found.add(130);
    if (job.outcome === "refused") found.add(4);
    if (job.outcome === "failed") found.add(exitCodeOfJob(job.failure));
  }
  if (report.jobs.length > 0 && report.jobs.every((job) => job.outcome === "held")) found.add(11);
  return WORST_FIRST.find((code) => found.has(code)) ?? 0;
}

/** The report of a run of which something was found wrong after its end. */
export function addFailures(report: RunReport, more: RunReport["failures"]): RunReport {
  if (more.length === 0) return report;
  const codes = [report.exit, exitCodeOf({ jobs: [], refused: [], failures: more })];
  const exit = WORST_FIRST.find((code) => codes.includes(code)) ?? 0;
  return { ...report, failures: [...report.failures, ...more], exit };
}

/** A job that broke is a failed job, even where the reason was a mistake of ours: the others went on. */
function exitCodeOfJob(failure: Failure | undefined): ExitCode {
  const code = exitCodeOfError(failure?.code ?? "");
  return code === 13 || code === 4 || code === 130 ? code : 3;
}

const EXIT_OF_OUTCOME: Readonly<Record<VerificationOutcome, ExitCode>> = {
  same: 0,
  different: 13,
  "not shared": 0,
  "not verifiable": 3,
  held: 0,
  failed: 3,
  interrupted: 130,
};

/** `named`: somebody asked for that one image, so that nothing to compare is no success. */
export function exitCodeOfVerification(
  { images, failures }: Pick<VerificationReport, "images" | "failures">,
  named: boolean,
): ExitCode {
  const found = new Set<ExitCode>(images.map(({ outcome }) => EXIT_OF_OUTCOME[outcome]));
  if (failures.length > 0 || (named && images.some(({ outcome }) => outcome === "not shared"))) found.add(3);
  if (images.length > 0 && images.every(({ outcome }) => outcome === "held")) found.add(11);
  return WORST_FIRST.find((code) => found.has(code)) ?? 0;
}

/** Counts that were not applied because of what broke; what the brakes will say to them is the next run's to answer for. */
export function exitCodeOfRecount({ images, failures }: Pick<RetentionReport, "images" | "failures">): ExitCode {
  if (failures.length > 0 || images.some(({ outcome }) => outcome === "failed")) return 3;
  return images.length > 0 && images.every(({ outcome }) => outcome === "held") ? 11 : 0;
}
