import { dirname, resolve } from "node:path";
import { describeError } from "@backurne/model";
import { openFile } from "./open-file.ts";
import type { Inspected } from "./parse.ts";
import { judgeReaders } from "./permissions.ts";
import type { Problem } from "./problem.ts";
import type { Secrets } from "./secret-files.ts";

export interface ReadSecrets {
  readonly secrets: Secrets;
  readonly problems: readonly Problem[];
}

/** The files with secrets that a configuration names, from where it stands. */
export async function readSecrets({ secretFiles, source }: Inspected, path: string): Promise<ReadSecrets> {
  const contents = new Map<string, string>();
  const found = await Promise.all(
    secretFiles.map(async ({ path: key, file }) => {
      const place = resolve(dirname(path), file);
      const read = await readSecret(place);
      if ("secret" in read) contents.set(file, read.secret);
      return "secret" in read ? [] : [source.problem(key, `${place}: ${read.wrong}`)];
    }),
  );
  return { secrets: (file) => contents.get(file), problems: found.flat() };
}

async function readSecret(file: string): Promise<{ readonly secret: string } | { readonly wrong: string }> {
  try {
    const { text, mode } = await openFile(file);
    const exposed = judgeReaders(mode);
    if (exposed !== undefined) return { wrong: `${exposed}; chmod 600 it` };
    const secret = text.replace(/[\r\n]+$/, "");
    if (secret === "") return { wrong: "is empty; write the secret into it" };
    return /\p{Cc}/u.test(secret)
      ? { wrong: "is more than one line of text; write only the secret into it" }
      : { secret };
  } catch (error) {
    return { wrong: describeError(error) };
  }
}
