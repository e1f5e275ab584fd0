import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { filterCommand } from "./filter.ts";
import { createPipes, type Pipe } from "./pipes.ts";
import { type Stage, startStage } from "./stage.ts";
import type { Command, Pipeline, RunOptions } from "./types.ts";

export type Environment = Readonly<Record<string, string>>;

/** A started pipeline. */
export interface Launched {
  /** One per command of the pipeline. */
  readonly stages: readonly [Stage, ...Stage[]];
  /** Stands before stage `commit.into`. */
  readonly filter: Stage | undefined;
  /** Our end of the first stage's stdin. */
  readonly feed: Socket | undefined;
}

/** Starts every command, or none: `mayStart` is asked when the pipes are there. */
export async function launch(
  pipeline: Pipeline,
  options: RunOptions,
  context: { readonly env: Environment; mayStart(): void },
): Promise<Launched> {
  const filter = options.commit && filterCommand(context.env["PATH"] ?? "", options.commit.bytesPerSecond);
  const commands = filter === undefined ? [...pipeline] : pipeline.toSpliced(options.commit!.into, 0, filter);
  const isFed = options.holdStdin === true || options.input !== undefined;
  const pipes = await createPipes(commands.length - (isFed ? 0 : 1), context.env);
  const joints = isFed ? pipes.slice(1) : pipes;
  const feedPipe = isFed ? pipes[0] : undefined;
  const open = new Set(pipes.flatMap(({ read, write }) => [read, write]));
  try {
    context.mayStart();
    if (feedPipe !== undefined) open.delete(feedPipe.write);
    const stages = startAll(commands, { joints, stdin: feedPipe?.read, filter }, options, context.env);
    const own = filter === undefined ? undefined : stages.splice(options.commit!.into, 1)[0];
    return {
      stages: stages as [Stage, ...Stage[]],
      filter: own,
      feed: feedPipe && openFeed(feedPipe.write),
    };
  } finally {
    for (const descriptor of open) closeSync(descriptor); // the children have theirs
  }
}

interface Plumbing {
  readonly joints: readonly Pipe[];
  readonly stdin: number | undefined;
  readonly filter: Command | undefined;
}

function startAll(
  commands: readonly Command[],
  { joints, stdin, filter }: Plumbing,
  options: RunOptions,
  env: Environment,
): Stage[] {
  let index = -1; // of the caller's command
  return commands.map((command, position) => {
    const input = position === 0 ? (stdin ?? "ignore") : joints[position - 1]!.read;
    const output = joints[position]?.write ?? "pipe";
    if (command === filter) return startFilter(command, [input, output], env);
    const stage = ++index;
    const { onStderr } = options;
    return startStage(command, {
      stdio: [input, output, "pipe"],
      env,
      onLine: onStderr && ((line) => onStderr(line, stage)),
    });
  });
}

/** Nothing of the environment (PERL5OPT, NODE_OPTIONS) may change how the filter reads. */
function startFilter(command: Command, [input, output]: [number | "ignore", number | "pipe"], env: Environment): Stage {
  return startStage(command, {
    stdio: [input, output, "pipe", "pipe"],
    env: { PATH: env["PATH"] ?? "", LC_ALL: "C" },
  });
}

function openFeed(descriptor: number): Socket {
  const feed = new Socket({ fd: descriptor, readable: false, writable: true });
  return feed.on("error", () => {}); // the stage stopped reading: its exit tells whether that is bad
}
