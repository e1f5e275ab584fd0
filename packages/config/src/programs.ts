import type { Stats } from "node:fs";
import { access, constants, lstat, readlink, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
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

/** As many links as the kernel follows. */
const HOPS = 40;

/**
 * Who else than root and `owner` (a uid) can change a file or a directory, or lead to another one in its place; undefined: nobody. Each
 * name on the way is looked at, and each link. `closed`: nobody else may put anything into it, as a directory's sticky bit lets them.
 * @throws whatever `lstat` does: it has to be there.
 */
export async function judgeWriters(path: string, owner: number, closed = false): Promise<string | undefined> {
  const names = namesOf(resolve(path));
  let place = "/";
  let hops = 0;
  let stats = await lstat(place);
  for (let name = names.shift(); ; name = names.shift()) {
    if (isOpenToOthers(stats, owner)) return describe(place, stats);
    if (name === undefined) break;
    const next = name === ".." ? dirname(place) : join(place, name);
    const found = await lstat(next);
    if (!found.isSymbolicLink()) {
      [place, stats] = [next, found];
      continue;
    }
    if (![0, owner].includes(found.uid)) return describe(next, found);
    if ((hops += 1) > HOPS) return `${path} leads round in circles`;
    const target = await readlink(next);
    names.unshift(...namesOf(target));
    if (target.startsWith("/")) [place, stats] = ["/", await lstat("/")];
  }
  return closed && (stats.mode & 0o022) !== 0 ? describe(place, stats) : undefined;
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function describe(place: string, { uid, mode }: Stats): string {
  return `others can change ${place} (owner ${uid}, mode ${showMode(mode)}); give it to root, and chmod go-w it`;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
