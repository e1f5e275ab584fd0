import yargs from "yargs";
import type { Argv } from "yargs";
import { backup } from "./commands/backup.ts";
import { checkSnap } from "./commands/check-snap.ts";
import { check } from "./commands/check.ts";
import type { Command } from "./commands/command.ts";
import { complete } from "./commands/complete.ts";
import { completion } from "./commands/completion.ts";
import { config } from "./commands/config.ts";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { forget } from "./commands/forget.ts";
import { hold } from "./commands/hold.ts";
import { listMapped } from "./commands/list-mapped.ts";
import { ls } from "./commands/ls.ts";
import { map } from "./commands/map.ts";
import { mapper } from "./commands/mapper.ts";
import { metrics } from "./commands/metrics.ts";
import { plan } from "./commands/plan.ts";
import { precheck } from "./commands/precheck.ts";
import { release } from "./commands/release.ts";
import { restore } from "./commands/restore.ts";
import { retention } from "./commands/retention.ts";
import { serve } from "./commands/serve.ts";
import { stats } from "./commands/stats.ts";
import { token } from "./commands/token.ts";
import { trash } from "./commands/trash.ts";
import { unmap } from "./commands/unmap.ts";
import { verify } from "./commands/verify.ts";
import { version } from "./commands/version.ts";
import { addGlobals, dressHelp } from "./help.ts";
import { writeError } from "./errors.ts";
import { readableUsage } from "./usage.ts";
import type { World } from "./world.ts";

const COMMANDS: readonly Command[] = [
  backup,
  plan,
  explain,
  ls,
  restore,
  map,
  unmap,
  listMapped,
  stats,
  verify,
  checkSnap,
  hold,
  release,
  retention,
  forget,
  trash,
  precheck,
  check,
  doctor,
  metrics,
  serve,
  mapper,
  token,
  config,
  version,
  completion,
  complete,
];

/** Flags → use case → picture → exit code. Never throws, never leaves the process. */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  try {
    const call = await parse(argv, world);
    return await call();
  } catch (error) {
    return writeError(error, { output: world.stderr, debug: argv.includes("--debug") });
  }
}

type Call = () => Promise<number>;

/** What the words ask for. All that goes wrong in here is a mistake in the words. */
async function parse(argv: readonly string[], world: World): Promise<Call> {
  let call: Call = async () => 0;
  const parser = describeProgram(world.stdout.isTerminal ? world.stdout.size().columns : 100);
  for (const { name, summary, build, run } of COMMANDS)
    parser.command(name, summary as string, build, (args) => {
      call = () => run(args as never, world);
    });
  try {
    await parser.parseAsync([...argv], {}, (error: unknown, _args: unknown, help: string) => {
      if (!error && help) call = async () => print(help, world);
    });
  } catch (error) {
    const names = COMMANDS.map(({ name }) => name.split(" ", 1)[0]);
    throw readableUsage(
      error,
      argv.find((word) => names.includes(word)),
    );
  }
  return call;
}

function print(help: string, { stdout }: World): number {
  stdout.write(`${help}\n`);
  return 0;
}

function describeProgram(width: number): Argv {
  return dressHelp(addGlobals(yargs()), {
    usage: "backurne COMMAND [OPTIONS]\n\nIncremental backups of Ceph RBD images to another Ceph cluster.",
    examples: [
      ["backurne plan", "what would happen, and why"],
      ["backurne backup", "do it"],
      ["backurne ls rook/csi-vol-1", "the backups of one image"],
    ],
  })
    .scriptName("backurne")
    .locale("en")
    .version(false)
    .strict()
    .demandCommand(1, "a command is missing")
    .recommendCommands()
    .exitProcess(false)
    .fail(false)
    .wrap(Math.min(100, width))
    .parserConfiguration({ "boolean-negation": false });
}
