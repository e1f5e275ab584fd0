import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { createInterface } from "node:readline";
import { CommandError } from "./error.ts";
import { describeCommand } from "./blame.ts";
import { startStage, type Stage } from "./stage.ts";
import type { Command } from "./types.ts";

/** A process that outlives this one, to put right what would be left wrong. */
export interface Guard {
  /** Its work is not needed any more. Resolves when it has ended. */
  dismiss(): Promise<void>;
  /** It may act as long as it has to; nobody waits for it any more. */
  leave(): void;
}

export interface GuardOptions {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** ms until it has to be ready; 10 s by default. */
  readonly patience?: number | undefined;
}

/** What a guard prints once it has understood its order. */
const READY = "ready";
/** The line that dismisses it; its stdin ends without it when this process dies. */
const DISMISSED = "dismissed";

/**
 * Starts a program in a session of its own, where no signal for our process group reaches it. It reads one line, its
 * order, from stdin, which may hold secrets; says `ready`; and acts when stdin ends without `dismissed`, as it does
 * when this process dies, or when it finds that it is time. Returns when it is ready.
 * @throws CommandError when it ended or was silent instead.
 */
export async function startGuard(command: Command, order: string, options: GuardOptions = {}): Promise<Guard> {
  const { env = {}, patience = 10_000 } = options;
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const stage = startStage(command, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...Object.fromEntries(given), LC_ALL: "C", TZ: "UTC" },
  });
  const { child } = stage;
  child?.stdin?.on("error", () => {}); // it ended: `ended` says how
  child?.stdin?.write(`${order}\n`);
  if (!child || !(await isReady(child, stage, patience))) throw await giveUp(stage);
  detach(child, "unref");
  return {
    async dismiss() {
      detach(child, "ref");
      child.stdin?.end(`${DISMISSED}\n`);
      await stage.ended;
    },
    leave: () => void child.stdin?.end(),
  };
}

async function isReady({ stdout }: ChildProcess, stage: Stage, patience: number): Promise<boolean> {
  if (!stdout) return false;
  const said = new Promise<boolean>((resolve) => {
    createInterface({ input: stdout }).once("line", (line) => resolve(line === READY));
  });
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), patience);
  const ready = await Promise.race([said, late, stage.ended.then(() => false)]);
  clearTimeout(timer);
  return ready;
}

async function giveUp(stage: Stage): Promise<CommandError> {
  stage.kill("SIGKILL");
  const end = await stage.ended;
  const why = end.error?.message ?? (end.stderr || "it did not get ready");
  return new CommandError(`${describeCommand(stage.command)}: ${why}`, { stages: [end], failed: 0 });
}

/** A guard that is left to itself does not keep us from ending. */
function detach(child: ChildProcess, how: "ref" | "unref"): void {
  child[how]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket | null)?.[how]();
}

/** What the guarding program has been told. */
export interface GuardOrder {
  readonly order: string;
  /** Says that it is ready, and returns how the wait for its work ends. */
  wait(): Promise<"dismissed" | "gone">;
}

/** The guard's own side of `startGuard`. @throws Error when there is no order. */
export async function takeGuardOrder(stdin: Readable, stdout: Writable): Promise<GuardOrder> {
  stdout.on("error", () => {}); // nobody reads any more
  const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error("no order came");
  return {
    order: first.value,
    async wait() {
      stdout.write(`${READY}\n`);
      const { value, done } = await lines.next();
      return !done && value === DISMISSED ? "dismissed" : "gone";
    },
  };
}
