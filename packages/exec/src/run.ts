import type { Duplex, Writable } from "node:stream";
import { describeEnd, hasFailed, isBrokenPipe } from "./blame.ts";
import { checkRun } from "./check.ts";
import { pour } from "./feed.ts";
import { createGate, type Gate, type Refusal } from "./gate.ts";
import { judge, type Stop } from "./judge.ts";
import { type Environment, launch, type Launched } from "./launch.ts";
import type { Stage, StageEnd } from "./stage.ts";
import { createStopper, type Stopper } from "./stopper.ts";
import type { CommandResult, Pipeline, RunOptions } from "./types.ts";

/** Bytes of standard output that are kept: a listing of a million snapshots, or the extents of a disk of 17 TiB. */
const MOST = 256 << 20;

/** ms; a pool that is full blocks whoever writes to it for ever. */
const receiverPatience = 30_000;

/** Starts a pipeline, lets nothing happen that must not, waits for every stage, and judges. */
export async function runPipeline(pipeline: Pipeline, options: RunOptions, env: Environment): Promise<CommandResult> {
  const mayStart = () => checkRun(pipeline, options);
  mayStart();
  const launched = await launch(pipeline, options, { env: { ...env, ...options.env }, mayStart });
  const { stages, filter, feed } = launched;
  const stopper = createStopper();
  let anyFailed = false;
  let stopped: Stop | undefined;

  const abandon = () => stopper.abandon(receiversOf(launched, options), options.commit?.patience ?? receiverPatience);
  const gate = openGate(launched, options);
  const stop = (reason: Stop) => {
    if (gate?.state() === "released") return abandon(); // too late: the receiver has all of it
    if (!anyFailed) stopped ??= reason;
    gate?.refuse({ kind: "refused" });
    stopper.stop(sourcesOf(launched, options));
    feed?.destroy();
    if (options.output) letGo(stages.at(-1)!, options.output);
  };
  const printed = options.output
    ? pass(stages.at(-1)!, options.output)
    : collect(stages.at(-1)!, options.maxStdout ?? MOST, (bytes) => stop({ kind: "flooded", bytes }));
  if (feed) pour(feed, options, (cause) => stop({ kind: "unfed", cause }));

  stages.forEach((stage, index) => {
    void stage.ended.then((end) => {
      if (!hasFailed(stage.command, end)) return;
      anyFailed = true;
      gate?.refuse(isBrokenPipe(end) ? { kind: "refused" } : { kind: "refused", stage: index });
      stopper.stopUnread(upstreamOf(index, launched, options));
    });
  });
  if (filter !== undefined) {
    watchFilter(filter, gate, { stopper, launched, options });
    void filter.ended.then(() => {
      if (gate?.state() !== "released") abandon(); // its input has ended, unless it is blocked in a write it ends, too
    });
  }

  const disarm = arm(options, stop);
  const ends = await Promise.all(stages.map((stage) => stage.ended));
  const filterEnd = await filter?.ended;
  disarm();
  stopper.dispose();
  feed?.destroy();

  const released = gate?.state() === "released" && filterEnd?.code === 0;
  if (released) options.onBytes?.(gate!.passed() + 1);
  const verdict = judge({
    pipeline,
    ends,
    stopped: new Set(stages.flatMap((stage, index) => (stopper.hasStopped(stage) ? [index] : []))),
    stop: stopped,
    commit: options.commit && {
      into: options.commit.into,
      released,
      refusal: foundWrong(filterEnd) ?? gate?.refusal(),
    },
    stdout: Buffer.concat(printed),
  });
  if (verdict instanceof Error) throw verdict;
  return verdict;
}

/** A filter that saw a bad stream says so itself, even when its receiver, whose input then ended, was the first to be reaped. */
function foundWrong(end: StageEnd | undefined): Refusal | undefined {
  if (end === undefined || end.code === 0 || end.stderr === "" || isBrokenPipe(end)) return undefined;
  return { kind: "refused", reason: end.stderr };
}

function openGate({ filter, stages }: Launched, options: RunOptions): Gate | undefined {
  const control = filter?.child?.stdio[3] as Duplex | null | undefined;
  const { commit, onBytes } = options;
  if (!control || commit === undefined) return undefined;
  const findBadStage = async () => {
    const ends = await Promise.all(stages.slice(0, commit.into).map((stage) => stage.ended));
    const bad = ends.findIndex((end) => end.code !== 0);
    return bad < 0 ? undefined : bad;
  };
  return createGate({ control, commit, findBadStage, onBytes });
}

/** A filter that ends without the byte has seen a bad stream, or lost its reader. */
function watchFilter(
  filter: Stage,
  gate: Gate | undefined,
  { stopper, launched, options }: { stopper: Stopper; launched: Launched; options: RunOptions },
): void {
  void filter.ended.then((end) => {
    if (end.code === 0) return;
    const reason = end.stderr || describeEnd(filter.command, end);
    gate?.refuse(isBrokenPipe(end) ? { kind: "refused" } : { kind: "refused", reason });
    stopper.stopUnread(launched.stages.slice(0, options.commit!.into));
  });
}

/** Those that read, directly or not, what the filter passes on. */
function receiversOf({ stages }: Launched, { commit }: RunOptions): readonly Stage[] {
  return commit === undefined ? [] : stages.slice(commit.into);
}

/**
 * What an abort signals. A receiver is not: SIGTERM would leave its exclusive lock; its input ends instead, and only one
 * that does not end then is killed.
 */
function sourcesOf({ stages, filter }: Launched, { commit }: RunOptions): readonly Stage[] {
  return commit === undefined || filter === undefined ? stages : [...stages.slice(0, commit.into), filter];
}

/** Those who write, directly or not, into the stage with this index; never a receiver. */
function upstreamOf(index: number, launched: Launched, options: RunOptions): readonly Stage[] {
  const { commit } = options;
  return commit !== undefined && index >= commit.into ? sourcesOf(launched, options) : launched.stages.slice(0, index);
}

function collect(last: Stage, limit: number, onFlood: (limit: number) => void): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let total = 0;
  last.child?.stdout?.on("data", (chunk: Buffer) => {
    total += chunk.length;
    if (total <= limit) chunks.push(chunk);
    else onFlood(limit);
  });
  return chunks;
}

function pass(last: Stage, output: Writable): readonly Buffer[] {
  last.child?.stdout?.pipe(output);
  return [];
}

/** Nobody may read any more: what it still prints must not keep it waiting. */
function letGo({ child }: Stage, output: Writable): void {
  child?.stdout?.unpipe(output);
  child?.stdout?.resume();
}

function arm({ signal, timeout }: RunOptions, stop: (reason: Stop) => void): () => void {
  const onAbort = () => stop({ kind: "aborted", cause: signal?.reason });
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const timer =
    timeout === undefined ? undefined : setTimeout(() => stop({ kind: "timeout", milliseconds: timeout }), timeout);
  return () => {
    signal?.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  };
}
