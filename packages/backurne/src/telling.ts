import { hostname } from "node:os";
import { judgeProgram } from "@backurne/config";
import { createExecutor } from "@backurne/exec";
import { BackurneError, type Settings } from "@backurne/model";
import { notify, openOutlets, type NotifyTools, type Outlet, type Untold } from "@backurne/reports/outlets";
import { readPrecheck } from "./check-file.ts";

/** ms for a program that somebody is told by. */
const PATIENCE = 60_000;

export interface TellingOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly host?: string | undefined;
}

/** Whoever the configuration names is told how it goes: `report_time` and `notify`. */
export interface Telling {
  /** For one run. */
  openOutlet(): Outlet;
  /** After a precheck without a run: who could not be told. Never throws. `failure`: what went wrong with it. */
  tellPrecheck(failure?: unknown): Promise<readonly Untold[]>;
}

export function openTelling(settings: Settings, { env, now, host = hostname() }: TellingOptions): Telling {
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const executor = createExecutor({ env: Object.fromEntries(known) });
  const tools: NotifyTools = {
    stateDir: settings.stateDir,
    host,
    now,
    precheck: () => readPrecheck(settings.stateDir),
    async run(file, args, input) {
      // As of hooks: what somebody else could have changed is not run.
      const refusal = file.startsWith("/") ? await judgeProgram(file, process.getuid?.() ?? 0) : undefined;
      if (refusal !== undefined) throw new BackurneError("refused", `${file}: ${refusal}`);
      await executor.run([{ file, args, label: file }], { input, timeout: PATIENCE });
    },
  };
  return {
    openOutlet: () => openOutlets(settings, tools),
    async tellPrecheck(failure) {
      const stopped = failure instanceof BackurneError && failure.code === "interrupted";
      return settings.notify && !stopped ? notify(settings.notify, { failure }, tools) : [];
    },
  };
}
