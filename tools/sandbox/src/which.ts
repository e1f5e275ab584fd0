import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve } from "node:path";

/** Which sandbox: a directory, or a name that stands for one below the directory for temporary files. */
export interface Which {
  readonly name?: string;
  readonly dir?: string;
}

/** The directory of a sandbox, absolute. */
export function locate({ name = "default", dir }: Which): string {
  if (dir !== undefined) return resolve(dir);
  if (!/^[\w.-]+$/.test(name)) throw new Error(`${name}: a sandbox's name is letters, digits, "_", "-" and "."`);
  return resolve(tmpdir(), `backurne-sandbox-${name}`);
}

/** The files that say how far a sandbox is. Their owner is one user and one version, so their shape is trusted. */
export const BOOTING = "booting.json";
export const READY = "sandbox.json";

/** A file's content, or undefined when it is not there. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
