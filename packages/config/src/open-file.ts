import { open } from "node:fs/promises";
import { BackurneError, describeError } from "@backurne/model";

export interface OpenedFile {
  readonly text: string;
  readonly mode: number;
  readonly owner: number;
}

/** One handle for all of it: what is judged is what is read. */
export async function openFile(path: string): Promise<OpenedFile> {
  await using handle = await open(path);
  const { mode, uid: owner } = await handle.stat();
  return { mode, owner, text: await handle.readFile("utf8") };
}

export async function openConfig(path: string): Promise<OpenedFile> {
  try {
    return await openFile(path);
  } catch (cause) {
    throw new BackurneError("configuration", `cannot read the configuration: ${describeError(cause)}`, {
      cause,
      hint: "name another one with --config or BACKURNE_CONFIG, or start from `backurne config example`",
    });
  }
}
