import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeFaults, type Faults } from "../src/index.ts";

export interface End {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
}

export interface Bench extends Faults {
  /** Runs a program of one side; its input, if any. */
  run(line: string, options?: { readonly side?: "live" | "backup"; readonly input?: string }): Promise<End>;
  /** What the real programs have done. */
  done(): Promise<readonly string[]>;
}

/** Programs that note what they do, read their input, print `real` and their arguments, and end with 3 when asked to. */
const PROGRAM = (log: string): string => `#!/bin/bash
text=$(cat)
echo "\${0##*/} $*\${text:+ < $text}" >>${log}
echo "real $*"
[ "$1" != bad ] || exit 3
`;

export async function openBench(): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), "backurne-programs-"));
  const log = join(directory, "log");
  await writeFile(log, "");
  for (const name of ["rbd", "rados", "zstd"]) {
    await writeFile(join(directory, name), PROGRAM(log));
    await chmod(join(directory, name), 0o755);
  }
  // ssh as far as a test needs it: the last argument runs in a shell, on a PATH of the other side.
  await writeFile(join(directory, "ssh"), `#!/bin/bash\nPATH=/usr/bin:/bin exec bash -c "\${!#}"\n`);
  await chmod(join(directory, "ssh"), 0o755);
  const faults = await makeFaults({ programs: directory });
  onTestFinished(async () => {
    await faults[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  return {
    ...faults,
    run(line, { side = "backup", input = "" } = {}) {
      const [program = "", ...args] = line.split(" ");
      return start(join(faults.dir, side, program), args, input);
    },
    done: async () => (await readFile(log, "utf8")).split("\n").filter(Boolean),
  };
}

export function start(file: string, args: readonly string[], input = ""): Promise<End> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { encoding: "latin1" }, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      resolve({ code, signal: error?.signal ?? undefined, stdout });
    });
    child.stdin?.on("error", () => undefined); // it read nothing
    child.stdin?.end(input);
  });
}
