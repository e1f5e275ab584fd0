import type { Failure, RunEvent, RunReport } from "@backurne/model";
import { BackurneError, describeError } from "@backurne/model";
import {
  addFailures,
  applyEvent,
  finishRun,
  initialRun,
  joinSinks,
  writeLog,
  writeNdjson,
  writeRunFile,
} from "@backurne/reports";
import type { RunState, Sink } from "@backurne/reports";
import type { Outlet } from "@backurne/reports/outlets";
import type { Session } from "./commands/session.ts";
import { exitOf, writeError } from "./errors.ts";
import { openLog, type Log } from "./log.ts";
import { lookOf } from "./render/look.ts";
import { runOptionsOf } from "./run-options.ts";
import type { RunArgs } from "./run-options.ts";
import { showLive } from "./show-live.ts";
import { showPlain } from "./show-plain.ts";
import type { World } from "./world.ts";

interface Scene extends Session {
  readonly world: World;
}

/** A run, shown while it goes on; returns its exit code. */
export async function runBackup(args: RunArgs, scene: Scene): Promise<number> {
  const { backurne, world } = scene;
  const { shown, outlet, logger } = await openSinks(args, scene);
  let state = initialRun;
  const onEvent = (event: RunEvent) => {
    state = applyEvent(state, event);
    shown.event(event);
  };
  async function end(ended: RunReport): Promise<number> {
    const report = addFailures(ended, await outlet.settle());
    shown.end(report);
    const untold = await outlet.close();
    for (const { about, failure } of untold) logger.error(`${about}: ${failure.message}`);
    return addFailures(report, untold).exit;
  }
  try {
    const watched = (args.json ? world.stderr : world.stdout).isTerminal;
    const report = await backurne.backup({ ...runOptionsOf(args), watched, signal: world.stop, onEvent });
    return await end(report);
  } catch (error) {
    // Before anything began it is an error like any other command's; afterwards the run still gets its report.
    if (!state.started) throw error;
    await end(reportBroken(state, { error, now: world.now() }));
    return writeError(error, { output: world.stderr, debug: args.debug === true });
  }
}

/** Where a run is shown: to people, or as JSON with people (or a log) on stderr; and always in its file. */
async function openSinks(
  { json, uuid, debug, logLevel }: RunArgs,
  { settings, world, openTelling }: Scene,
): Promise<{ readonly shown: Sink; readonly outlet: Outlet; readonly logger: Log["logger"] }> {
  const { stdout, stderr } = world;
  const log = await openLog(debug ? "debug" : (logLevel ?? settings.logLevel), world);
  const output = json ? stderr : stdout;
  const look = lookOf({ settings, world, output, uuid });
  const warn = (message: string): void => log.logger.warn(message);
  const outlet = openTelling().openOutlet();
  const kept = [writeRunFile({ stateDir: settings.stateDir, warn }), outlet];
  const live = () => showLive(output, { world, look, log });
  const people = json
    ? [writeNdjson(stdout.write), stderr.isTerminal ? live() : writeLog(log.logger)]
    : [stdout.isTerminal ? live() : showPlain(stdout, look)];
  return { shown: joinSinks([...people, ...kept]), outlet, logger: log.logger };
}

function reportBroken(state: RunState, { error, now }: { error: unknown; now: number }): RunReport {
  const at = new Date(now).toISOString();
  const failed = applyEvent(state, { kind: "failed", at, about: "the run", failure: failureOf(error) });
  return { ...finishRun(failed), exit: exitOf(error) };
}

function failureOf(error: unknown): Failure {
  const message = describeError(error);
  return error instanceof BackurneError
    ? { message, code: error.code, hint: error.hint }
    : { message, code: "unexpected" };
}
