import { builtinModules } from "node:module";
import { join } from "node:path";
import { inSrc, type Opened } from "./room.ts";
import type { Import } from "./source.ts";
import { SPAWNER, TABLE } from "./table.ts";

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

type Rule = (room: Opened, all: ReadonlyMap<string, Opened>) => readonly Problem[];

/** Each rule looks at one room, and knows the others by their names. */
export const RULES: readonly Rule[] = [keepTable, declareImports, spawnInOnePlace, leaveProcessAlone, stayInside];

function keepTable(room: Opened, all: ReadonlyMap<string, Opened>): readonly Problem[] {
  if (room.area === "tools") return [];
  const row = TABLE[room.id];
  if (row === undefined)
    return [{ file: `${room.dir}/package.json`, line: 1, message: "has no row in tools/checks/src/table.ts" }];
  return inSrc(room).flatMap(({ path, imports }) =>
    imports.flatMap((one) => {
      const target = all.get(packageOf(one.specifier));
      if (target === undefined || target === room || row.includes(target.id)) return [];
      if (row.includes(`${target.id}:types`) && one.typeOnly) return [];
      const but = row.includes(`${target.id}:types`) ? "only types of " : "nothing of ";
      return [{ file: path, line: one.line, message: `${room.id} may import ${but}${target.id}` }];
    }),
  );
}

function declareImports(room: Opened): readonly Problem[] {
  return everyImport(room, ({ specifier }, path) => {
    const name = packageOf(specifier);
    if (specifier.startsWith(".") || isBuiltin(name) || name === room.name) return undefined;
    const real = room.declared.get(name);
    if (real === undefined) return `${name} is not declared in ${room.dir}/package.json`;
    const shipped = room.area !== "tools" && path.startsWith(`${room.dir}/src/`);
    return shipped && !real ? `${name} is only a devDependency of ${room.dir}/package.json` : undefined;
  });
}

function spawnInOnePlace(room: Opened): readonly Problem[] {
  if (room.area === "tools" || room.id === SPAWNER) return [];
  return inSrc(room).flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => /^((node:)?child_process|execa)$/.test(specifier))
      .map(({ specifier, line }) => ({ file: path, line, message: `${specifier}: only ${SPAWNER} starts programs` })),
  );
}

function leaveProcessAlone(room: Opened): readonly Problem[] {
  if (room.area !== "packages") return [];
  return inSrc(room).flatMap(({ path, reaches }) =>
    reaches.map(({ what, line }) => ({ file: path, line, message: `${what} belongs to apps and tools` })),
  );
}

function stayInside(room: Opened, all: ReadonlyMap<string, Opened>): readonly Problem[] {
  const dirs = [...all.values()].filter((other) => other !== room).map((other) => `${other.dir}/`);
  return everyImport(room, ({ specifier }, path) => {
    if (!specifier.startsWith(".")) return undefined;
    const target = join(path, "..", specifier);
    return dirs.some((dir) => target.startsWith(dir))
      ? `${specifier} reaches into another package: import its name`
      : undefined;
  });
}

function everyImport(room: Opened, judge: (one: Import, path: string) => string | undefined): readonly Problem[] {
  return room.sources.flatMap(({ path, imports }) =>
    imports.flatMap((one) => {
      const message = judge(one, path);
      return message === undefined ? [] : [{ file: path, line: one.line, message }];
    }),
  );
}

/** `@scope/name/deep` → `@scope/name` */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isBuiltin(name: string): boolean {
  return name.startsWith("node:") || builtinModules.includes(name);
}
