import { BackurneError } from "@backurne/model";
import type { RunOptions } from "backurne";
import type { Argv } from "yargs";
import type { GlobalArgs } from "./help.ts";
import { refuseRepeated } from "./usage.ts";

export interface RunArgs extends GlobalArgs {
  readonly cluster?: string | undefined;
  readonly vmid?: number | undefined;
  readonly profile?: string | undefined;
  readonly force?: boolean | undefined;
  readonly cleanup?: boolean | undefined;
  readonly noCleanup?: boolean | undefined;
  /** Empty where the option stands alone. */
  readonly takeOver?: string | undefined;
  readonly acceptRemovals?: number | undefined;
  readonly uuid?: boolean | undefined;
}

/** What `backup` and `plan` take alike: a plan is the plan of that very run. */
export function addRunOptions(parser: Argv): Argv {
  return parser
    .option("cluster", {
      type: "string",
      requiresArg: true,
      coerce: refuseRepeated("cluster"),
      describe: "only this live cluster",
    })
    .option("vmid", {
      type: "string",
      requiresArg: true,
      coerce: readNumber("vmid"),
      describe: "only the guest with this number; with --cluster",
    })
    .option("profile", {
      type: "string",
      requiresArg: true,
      coerce: refuseRepeated("profile"),
      describe: "only this profile",
    })
    .option("force", { type: "boolean", describe: "everything counts as due" })
    .option("no-cleanup", { type: "boolean", describe: "remove nothing (wins over --cleanup)" })
    .option("cleanup", { type: "boolean", describe: "expire the whole backup side although the run is filtered" })
    .option("take-over", {
      type: "string",
      coerce: readTakeOver,
      describe: "take a pool of the old tool over, once; with `prove` by hash. The old tool must never run on it again",
    })
    .option("accept-removals", {
      type: "string",
      requiresArg: true,
      coerce: readNumber("accept-removals"),
      describe: "let exactly N removals pass the brakes this once",
    })
    .option("uuid", { type: "boolean", describe: "show the names of rbd images" });
}

export function runOptionsOf(args: RunArgs): RunOptions {
  const cleanup = args.noCleanup ? "none" : args.cleanup ? "all" : undefined;
  return {
    ...(args.cluster !== undefined && { cluster: args.cluster }),
    ...(args.vmid !== undefined && { vmid: args.vmid }),
    ...(args.profile !== undefined && { profile: args.profile }),
    ...(args.force && { force: true }),
    ...(cleanup && { cleanup }),
    ...(args.takeOver !== undefined && { takeOver: args.takeOver === "prove" ? ("prove" as const) : true }),
    ...(args.acceptRemovals !== undefined && { acceptRemovals: args.acceptRemovals }),
  };
}

function readTakeOver(value: unknown): unknown {
  if (value === undefined || value === "" || value === "prove") return value;
  throw new BackurneError("usage", `--take-over takes nothing or "prove", not ${JSON.stringify(value)}`);
}

function readNumber(option: string): (value: unknown) => number | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    if (typeof value === "string" && /^\d{1,9}$/.test(value)) return Number(value);
    throw new BackurneError("usage", `--${option} takes a number, not ${JSON.stringify(value)}`);
  };
}
