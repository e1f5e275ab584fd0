import { EXIT_CODES } from "@backurne/reports";
import type { Argv } from "yargs";

export interface GlobalArgs {
  readonly config?: string | undefined;
  readonly debug?: boolean | undefined;
  readonly logLevel?: "trace" | "debug" | "info" | "warn" | "error" | "silent" | undefined;
  readonly json?: boolean | undefined;
}

interface Dress {
  readonly usage: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** The options every command takes. */
export function addGlobals(parser: Argv): Argv {
  return parser
    .group([], "Options:")
    .option("config", {
      type: "string",
      requiresArg: true,
      describe: "the configuration (else $BACKURNE_CONFIG, else /etc/backurne/backurne.yaml)",
    })
    .option("debug", { type: "boolean", describe: "show the programs that ran, and stacks of errors" })
    .option("log-level", {
      choices: ["trace", "debug", "info", "warn", "error", "silent"] as const,
      describe: "what goes to the log on stderr",
    })
    .option("json", { type: "boolean", describe: "for programs: JSON on stdout" })
    .help("help", "show this")
    .group(["config", "debug", "log-level", "json", "help"], "Everywhere:");
}

/** Usage, examples and the exit codes: the same shape on every command. */
export function dressHelp(parser: Argv, { usage, examples }: Dress): Argv {
  const codes = EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return parser
    .usage(usage)
    .example(examples.map(([command, what]) => [command, what]))
    .epilogue(`Exit codes:\n${codes.join("\n")}`);
}
