import { afterAWhile } from "./after-a-while.ts";
import { describePipeline } from "./blame.ts";
import { CommandError } from "./error.ts";
import { judgeAnswer } from "./judge-answer.ts";
import { quote } from "./quote.ts";
import { parseSideBySide, sideBySide } from "./side-by-side.ts";
import type { Command, CommandResult, Executor, Transport } from "./types.ts";

/**
 * Runs one command and settles as if it had run alone. Commands of one lane (all the snapshots, all the
 * listings; one lane by default) that wait at the same time share one process of the transport.
 */
export type GroupRunner = (command: Command, lane?: string) => Promise<CommandResult>;

export interface GroupRunnerOptions {
  /** Commands of a group, all side by side (20). */
  readonly width?: number | undefined;
  /** Groups of a lane under way at once (3). */
  readonly perLane?: number | undefined;
  /** Groups under way at once (8): sshd's MaxSessions allows 10 on one connection. */
  readonly sessions?: number | undefined;
  /** Milliseconds the first call on an idle lane waits for others (0: for those of the same tick). */
  readonly gather?: number | undefined;
  /** Milliseconds a group may take (300 s): a hung cluster is an error. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Call {
  readonly command: Command;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  readonly waiting: Call[];
  underWay: number;
}

/** Linux takes no single argument above 128 KiB, and over ssh a whole group is one. */
const groupBytes = 96 * 1024;

/**
 * Group commit, for control commands that mostly wait (`rbd snap create`: 1 s): a call on an idle lane starts at
 * once, with those of the same tick; calls that come while a group is under way form the next.
 */
export function createGroupRunner(
  executor: Executor,
  transport: Transport,
  { width = 20, perLane = 3, sessions = 8, gather = 0, timeout = 300_000, signal }: GroupRunnerOptions = {},
): GroupRunner {
  const lanes = new Map<string, Lane>();
  let total = 0;

  const runGroup = async (calls: readonly Call[]) => {
    const commands = calls.map((call) => call.command);
    const [only] = commands;
    const alone = commands.length === 1 && only !== undefined;
    const label = `${commands.length} commands side by side, the first: ${describePipeline([only!])}`;
    const joined = alone ? only : { ...sideBySide(commands, width), label };
    const result = await executor.run(transport.wrap([joined]), { timeout, signal });
    if (alone) return calls[0]!.resolve(result);
    const answers = parseSideBySide(result.stdout);
    for (const [index, { command, resolve, reject }] of calls.entries()) {
      const verdict = judgeAnswer(command, answers[index]!, transport.place);
      if (verdict instanceof CommandError) reject(verdict);
      else resolve(verdict);
    }
  };
  const start = (lane: Lane, calls: readonly Call[]) => {
    lane.underWay++;
    total++;
    runGroup(calls)
      .catch((error: unknown) => calls.forEach((call) => call.reject(error)))
      .finally(() => {
        lane.underWay--;
        total--;
        for (const other of lanes.values()) startWaiting(other);
      });
  };
  const startWaiting = (lane: Lane) => {
    const wasIdle = lane.underWay === 0;
    while (lane.waiting.length > 0 && lane.underWay < perLane && total < sessions) {
      if (!wasIdle && lane.waiting.length < width) return; // not a full group: the next one
      start(lane, lane.waiting.splice(0, countGroup(lane.waiting, width)));
    }
  };

  return (command, name = "") => {
    const lane = lanes.get(name) ?? { waiting: [], underWay: 0 };
    lanes.set(name, lane);
    if (lane.waiting.length === 0) afterAWhile(gather, () => startWaiting(lane));
    return new Promise((resolve, reject) => {
      lane.waiting.push({ command, resolve, reject });
      if (lane.waiting.length === width) setImmediate(startWaiting, lane);
    });
  };
}

/** How many of the waiting calls fit into one group. */
function countGroup(waiting: readonly Call[], width: number): number {
  let bytes = 0;
  const fitting = waiting.slice(0, width).findIndex(({ command }) => {
    bytes += [command.file, ...command.args].reduce((sum, text) => sum + quote(quote(text)).length + 1, 0);
    return bytes > groupBytes;
  });
  return fitting < 0 ? Math.min(waiting.length, width) : Math.max(1, fitting);
}
