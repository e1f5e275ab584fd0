import { BackurneError } from "@backurne/model";
import { kindOf, openToList, type Kind } from "./at.ts";
import { isName, joinPath, showPath, type Path } from "./names.ts";
import type { Found, Tree } from "./tree.ts";
import { explain } from "./trouble.ts";

/** An entry below the directory that is walked. */
export interface Step {
  /** From that directory on. */
  readonly path: Path;
  readonly kind: "directory" | "file" | "link";
  /** Where it is; good until the next step. */
  readonly parent: Found;
}

/** Told of each entry that is not walked, with the reason. */
export type Leave = (path: Path, why: string) => void;

/** A forged directory may contain itself; each level holds descriptors. */
const DEEPEST = 256;
/** Bytes of a path: what is longer, no program can open by it. */
const LONGEST = 4000;

const WHY: Readonly<Record<Exclude<Kind, Step["kind"]>, string>> = {
  device: "a device",
  fifo: "a FIFO",
  socket: "a socket",
};

/** All that a directory holds, parents before children, links never followed. What is kept does not grow with it. */
export async function* walk(tree: Tree, top: Found, leave: Leave): AsyncGenerator<Step> {
  yield* walkInto(tree, { directory: top, above: [], leave });
}

interface Level {
  readonly directory: Found;
  readonly above: Path;
  readonly leave: Leave;
}

async function* walkInto(tree: Tree, { directory, above, leave }: Level): AsyncGenerator<Step> {
  try {
    for await (const entry of await openToList(directory.handle)) {
      const name = entry.name as unknown as Buffer;
      const path = [...above, name];
      const kind = kindOf(entry);
      if (!isName(name)) leave(path, "no name");
      else if (kind === "device" || kind === "fifo" || kind === "socket") leave(path, WHY[kind]);
      else if (joinPath(path).length > LONGEST) leave(path, "its path is too long");
      else if (kind !== "directory") yield { path, kind, parent: directory };
      else yield* walkDown(tree, { directory, above: path, leave });
    }
  } catch (error) {
    throw explain(error, directory.path);
  }
}

async function* walkDown(tree: Tree, { directory: parent, above: path, leave }: Level): AsyncGenerator<Step> {
  if (path.length > DEEPEST) return leave(path, `more than ${DEEPEST} directories deep`);
  let entered: Found;
  try {
    entered = await tree.enter(parent, path.at(-1)!);
  } catch (error) {
    if (error instanceof BackurneError && error.code === "refused") return leave(path, error.message);
    throw error;
  }
  await using directory = entered;
  if (directory.kind !== "directory") return leave(path, "it changed while it was looked at");
  yield { path, kind: "directory", parent };
  yield* walkInto(tree, { directory, above: path, leave });
}

/** What was not packed, for those who unpack. Bounded: what a guest can make many of is counted. */
export function createNote(): { readonly leave: Leave; text(): string | undefined } {
  const lines: string[] = [];
  let count = 0;
  return {
    leave(path, why) {
      count += 1;
      if (lines.length < 1000) lines.push(`${showPath(path)}: ${why}\n`);
    },
    text() {
      if (count === 0) return undefined;
      const rest = count > lines.length ? `and ${count - lines.length} more\n` : "";
      return `Not in this archive:\n${lines.join("")}${rest}`;
    },
  };
}

/** In the archive, at its end. */
export const NOTE = "backurne-left-out.txt";
