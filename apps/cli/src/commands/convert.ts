import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { BackurneError, describeError, printable } from "@backurne/model";
import type { World } from "../world.ts";

interface Convert {
  readonly file: string;
  /** Directory for the new configuration and its secrets; undefined: YAML to stdout, secrets nowhere. */
  readonly out?: string | undefined;
}

/** The old tool's configuration as YAML. Its secrets never reach stdout. */
export async function convertOld({ file, out }: Convert, world: World): Promise<number> {
  const { convertConfig, formatProblem } = await world.loadFrontDoor();
  const where = out === undefined ? {} : { secretsDirectory: join(resolve(out), "secrets") };
  const found = convertConfig(readOld(file), { file, ...where });
  if ("problems" in found) {
    const lines = found.problems.map(formatProblem);
    throw new BackurneError("configuration", lines.join("\n"), { hint: "the old file is read, never run" });
  }
  const { yaml, secrets, notes } = found;
  if (out === undefined) world.stdout.write(yaml);
  else {
    writePrivate(join(out, "backurne.yaml"), yaml);
    for (const secret of secrets) writePrivate(secret.file, secret.content);
  }
  const left = out === undefined && secrets.length > 0 ? ["secrets are written only with --out DIRECTORY"] : [];
  for (const note of [...notes, ...left]) world.stderr.write(`note: ${printable(note)}\n`);
  return 0;
}

function readOld(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new BackurneError("usage", `cannot read ${file}: ${describeError(cause)}`, { cause });
  }
}

/** Never over a file that is there. */
function writePrivate(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new BackurneError("usage", `cannot write ${path}: ${describeError(cause)}`, { cause });
  }
}
