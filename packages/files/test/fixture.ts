import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openTree, type Path, type Tree } from "../src/index.ts";

/** What stands outside of every tree: no answer may ever hold it. */
export const SECRET = "a secret of the host";

export interface Ground {
  /** A guest's file system, as far as a directory on this disk can be one. */
  readonly root: string;
  /** Beside it, and not in it. */
  readonly outside: string;
}

/** A directory with a neighbour, gone after the test. `script` runs in it, with the neighbour as $1. */
export function lay(script = ""): Ground {
  const base = mkdtempSync(join(tmpdir(), "backurne-files-"));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [root, outside] = [join(base, "root"), join(base, "outside")];
  execFileSync("mkdir", [root, outside]);
  execFileSync("bash", ["-c", `echo '${SECRET}' >"$1"/secret`, "sh", outside]);
  if (script !== "") execFileSync("bash", ["-ec", script, "sh", outside], { cwd: root });
  return { root, outside };
}

export async function openGround(script: string): Promise<{ readonly tree: Tree } & Ground> {
  const ground = lay(script);
  const tree = await openTree(ground.root);
  onTestFinished(() => tree[Symbol.asyncDispose]());
  return { tree, ...ground };
}

/** `a/b`: names, with nothing taken out of them. */
export function at(text: string): Path {
  return text === "" ? [] : text.split("/").map((name) => Buffer.from(name));
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
