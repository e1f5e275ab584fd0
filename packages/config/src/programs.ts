import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError } from "@backurne/model";
import { clustersOf } from "./checks/finding.ts";
import { fieldsOf } from "./fields.ts";
import { isOpenToOthers, showMode } from "./permissions.ts";
import type { Path, Problem } from "./problem.ts";
import type { Source } from "./source.ts";

/** Every hook is there, can be run, and nobody can change it but root and `owner` (uid), whose configuration it is. */
export async function checkPrograms(source: Source, owner: number): Promise<readonly Problem[]> {
  const found = await Promise.all(
    findPrograms(source.value).map(async ({ path, file }) => {
      const wrong = await judgeProgram(file, owner);
      return wrong === undefined ? [] : [source.problem(path, `${file}: ${wrong}`)];
    }),
  );
  return found.flat();
}

function findPrograms(value: unknown): readonly { readonly path: Path; readonly file: string }[] {
  const root = fieldsOf(value);
  return [{ path: [], fields: root }, ...clustersOf(root)].flatMap(({ path, fields }) =>
    Object.entries(fieldsOf(fields.hooks)).flatMap(([key, file]) =>
      /^(?:pre|post)_/.test(key) && typeof file === "string" && file.startsWith("/")
        ? [{ path: [...path, "hooks", key], file }]
        : [],
    ),
  );
}

/** Why a program of the operator's is not to be run; undefined: it may be. `owner` is the uid that may change it besides root. */
export async function judgeProgram(file: string, owner: number): Promise<string | undefined> {
  try {
    const real = await realpath(file);
    if (!(await stat(real)).isFile()) return "is no program; name a file";
    const changed = await judgeWriters(file, owner);
    if (changed !== undefined) return changed;
    return (await isExecutable(real)) ? undefined : "cannot be run; chmod 755 it";
  } catch (error) {
    return `${describeError(error)}; put it there, or take this key out`;
  }
}

/**
 * Who else than root and `owner` (a uid) can change a file or a directory, or put another in its place; undefined: nobody.
 * @throws whatever `stat` does: it has to be there.
 */
export async function judgeWriters(path: string, owner: number): Promise<string | undefined> {
  const real = await realpath(path);
  for (const place of new Set([real, ...directoriesOf(real), ...directoriesOf(path)])) {
    const stats = await stat(place);
    if (!isOpenToOthers(stats, owner)) continue;
    return `others can change ${place} (owner ${stats.uid}, mode ${showMode(stats.mode)}); give it to root, and chmod go-w it`;
  }
  return undefined;
}

/** Whoever can write in one of them can put another program there. */
function directoriesOf(file: string): readonly string[] {
  const directory = dirname(file);
  return directory === file ? [] : [directory, ...directoriesOf(directory)];
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
