export { createExecutor } from "./executor.ts";
export type { ExecutorOptions } from "./executor.ts";
export type {
  Command,
  CommandResult,
  Commit,
  Executor,
  Pipeline,
  RunOptions,
  StageResult,
  Transport,
  WrapOptions,
} from "./types.ts";
export { CommandError, hasLostSsh } from "./error.ts";
export type { CommandFailure, CommitRefusal } from "./error.ts";
export { afterAWhile } from "./after-a-while.ts";
export { quote } from "./quote.ts";
export { describeCommand, describePipeline } from "./blame.ts";
export { createGroupRunner } from "./group-runner.ts";
export type { GroupRunner, GroupRunnerOptions } from "./group-runner.ts";
export { parseSideBySide, sideBySide } from "./side-by-side.ts";
export type { Answer } from "./side-by-side.ts";
export { startGuard, takeGuardOrder } from "./guard.ts";
export type { Guard, GuardOptions, GuardOrder } from "./guard.ts";
