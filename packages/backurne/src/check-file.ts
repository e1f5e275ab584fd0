import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BackurneError, describeError, type Precheck } from "@backurne/model";
import { replaceFile } from "@backurne/reports";

function fileIn(stateDir: string): string {
  return join(stateDir, "check.json");
}

/** Everybody may read it: there is no secret in it, and whoever monitors needs no key. */
export async function keepPrecheck(stateDir: string, precheck: Precheck): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o755 });
    await replaceFile(fileIn(stateDir), `${JSON.stringify(precheck)}\n`, 0o644);
  } catch (cause) {
    throw new BackurneError("unexpected", `cannot keep what was found: ${describeError(cause)}`, {
      cause,
      hint: "state_dir has to be a directory that backurne may write",
    });
  }
}

/** @throws BackurneError: it is not there, may not be read, or says something else. */
export async function readPrecheck(stateDir: string): Promise<Precheck> {
  const file = fileIn(stateDir);
  try {
    const found = JSON.parse(await readFile(file, "utf8")) as Precheck;
    if (isPrecheck(found)) return found;
  } catch (cause) {
    throw new BackurneError("unexpected", `cannot read ${file}: ${describeError(cause)}`, {
      cause,
      hint: "`backurne precheck` writes it, and so does each backup",
    });
  }
  throw new BackurneError("unexpected", `${file} is not what precheck writes`, { hint: "run `backurne precheck`" });
}

function isPrecheck(value: Precheck | null): boolean {
  return (
    value?.version === 1 &&
    value.kind === "precheck" &&
    Number.isFinite(Date.parse(value.at)) &&
    value.maxAge > 0 &&
    Array.isArray(value.problems)
  );
}
