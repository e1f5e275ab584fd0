import { basename } from "node:path";
import { readSource, type Source } from "./source.ts";
import type { Room } from "./workspace.ts";

/** A room with its files read. */
export interface Opened extends Room {
  readonly area: "packages" | "apps" | "tools";
  readonly id: string;
  readonly sources: readonly (Source & { readonly path: string })[];
  /** Name → whether it is a real dependency; a devDependency is not there when the package is installed. */
  readonly declared: ReadonlyMap<string, boolean>;
}

/** Reads the files and the package.json of a room. Throws on a syntax error. */
export function openRoom(room: Room): Opened {
  const manifest = JSON.parse(room.manifest);
  const names = (kind: string) => Object.keys(manifest[kind] ?? {});
  return {
    ...room,
    area: room.dir.split("/")[0] as Opened["area"],
    id: basename(room.dir),
    sources: room.files.map(({ path, text }) => ({ path, ...readSource(path, text) })),
    declared: new Map([
      ...names("devDependencies").map((name) => [name, false] as const),
      ...["dependencies", "peerDependencies", "optionalDependencies"]
        .flatMap(names)
        .map((name) => [name, true] as const),
    ]),
  };
}

/** Tests may do what the code they test may not. */
export function inSrc(room: Opened): Opened["sources"] {
  return room.sources.filter(({ path }) => !path.startsWith(`${room.dir}/test/`) && !path.endsWith(".config.ts"));
}
