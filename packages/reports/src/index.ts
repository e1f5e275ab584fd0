export { CHECK_EXIT, describeCheck, describeProblem, judgePrecheck, unknownStatus } from "./check-status.ts";
export type { CheckState, CheckStatus } from "./check-status.ts";
export {
  addFailures,
  EXIT_CODES,
  exitCodeOf,
  exitCodeOfError,
  exitCodeOfRecount,
  exitCodeOfVerification,
} from "./exit.ts";
export type { ExitCode } from "./exit.ts";
export { finishRun } from "./finish.ts";
export { applyEvent, foldReport } from "./fold.ts";
export * from "./format.ts";
export { writeLog } from "./log.ts";
export { writeNdjson } from "./ndjson.ts";
export { applyProgress, initialProgress } from "./progress.ts";
export type { Progress } from "./progress.ts";
export { viewProgress } from "./progress-view.ts";
export type { ProgressView, TransferView } from "./progress-view.ts";
export { replaceFile } from "./replace-file.ts";
export { writeRunFile } from "./run-file.ts";
export type { RunFileOptions } from "./run-file.ts";
export { goesOn, openRunFiles } from "./run-files.ts";
export type { RecordedRun, RunLine, RunsFound, RunSummary } from "./run-files.ts";
export { initialRun } from "./run-state.ts";
export type { RunState } from "./run-state.ts";
export { joinSinks } from "./sink.ts";
export type { Sink } from "./sink.ts";
export { startTelling } from "./tell.ts";
export type { Told } from "./describe-event.ts";
export { runToldPrecheck } from "./told-precheck.ts";
export type { ToldPrecheck } from "./told-precheck.ts";
export { unlessThere } from "./unless-there.ts";
export { addUpUsage } from "./usage.ts";
