import type { Writable } from "node:stream";

/** One program to run: argv, never a shell string. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Exit codes besides 0 that are answers, not failures (`rbd info` → 2: no such image). */
  readonly answers?: readonly number[] | undefined;
  /** Added to the environment of this one program. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What messages call it instead of its argv: a transport says what runs where, not how it gets there. */
  readonly label?: string | undefined;
  /** Called when the process has ended, or could not be started, with its exit code: what it used is free again. */
  readonly onEnd?: ((code: number | undefined) => void) | undefined;
}

/** Commands joined by kernel pipes. Fails when any stage fails. */
export type Pipeline = readonly [Command, ...Command[]];

export interface WrapOptions {
  /** Ends the remote commands when their stdin ends: run the result with `holdStdin`. Their own stdin is then empty. */
  readonly lifeline?: boolean | undefined;
}

/** A place where commands run: local, ssh host, helper command. Pure: rewrites argv, spawns nothing. */
export interface Transport {
  readonly place: string;
  wrap(pipeline: Pipeline, options?: WrapOptions): Pipeline;
}

/** Holds the last byte of the stream back in front of stage `into` until it may be believed. */
export interface Commit {
  /** Index (≥ 1) of the stage that receives the stream. */
  readonly into: number;
  /** Asked once, after every earlier stage ended with exit 0 and the stream ended in `e`. False or a rejection: no commit. */
  allow(): Promise<boolean>;
  /** ms that a receiver is waited for when its input has ended without the last byte, or the run is stopped; 30 s by default. */
  readonly patience?: number | undefined;
  /** The stream is held to this; 0 or nothing: as fast as it comes. */
  readonly bytesPerSecond?: number | undefined;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Given to the first stage's stdin, which otherwise is empty. One that breaks stops the run, and rejects it. */
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Takes what the last stage prints, as fast as it can; then nothing of it is kept. It is ended, not destroyed, however the run ends. */
  readonly output?: Writable | undefined;
  /** The first stage's stdin stays open, and empty, until the end: a remote command dies with us. */
  readonly holdStdin?: boolean | undefined;
  readonly commit?: Commit | undefined;
  /** A line of a stage's stderr; a redraw ended by `\r` counts as a line. False: no last word, it is left out of errors. */
  readonly onStderr?: ((line: string, stage: number) => unknown) | undefined;
  /** Bytes that passed the commit filter so far: about once a second or every 16 MiB, and at the end. */
  readonly onBytes?: ((total: number) => void) | undefined;
  /** Milliseconds until the run is stopped and rejected; none by default. */
  readonly timeout?: number | undefined;
  /** Bytes of stdout to keep at most (256 MiB by default); more is a failure. */
  readonly maxStdout?: number | undefined;
  /** Added to the environment of every stage. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** How one stage ended. Neither code nor signal: it could not be started. */
export interface StageResult {
  readonly file: string;
  readonly args: readonly string[];
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** The end of its stderr, at most 4 KiB; of lines redrawn with `\r` only the last state. */
  readonly stderr: string;
}

export interface CommandResult {
  /** What the last stage printed, as UTF-8. */
  readonly stdout: string;
  /** Exit code of the last stage: 0 or one of its `answers`. */
  readonly code: number;
  /** One per command of the pipeline, in order. */
  readonly stages: readonly StageResult[];
}

/** The only thing that spawns. */
export interface Executor {
  /**
   * Settles after every stage ended. Rejects with `CommandError` when a stage failed or the commit was refused, and
   * with code "interrupted" when `signal` was the reason. An abort after the commit byte was sent changes nothing.
   */
  run(pipeline: Pipeline, options?: RunOptions): Promise<CommandResult>;
}
