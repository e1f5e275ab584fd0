import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { BackurneError } from "@backurne/model";
import { kindOf, mountOf, openAt, openRoot, readLinkAt, type Kind } from "./at.ts";
import { isUp, showPath, splitPath, type Path } from "./names.ts";
import { explain } from "./trouble.ts";

/** Something in a tree, held by its descriptor: whatever its name leads to by now. */
export interface Found extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly kind: Kind;
  readonly stats: BigIntStats;
  /** From the root, through no link. */
  readonly path: Path;
}

/** Names that may still be entered; counted down. */
export interface Steps {
  left: number;
}

/** A directory tree whose owner may mean harm: all of it is looked at from its root, and nothing of it leads out. */
export interface Tree extends AsyncDisposable {
  readonly root: Found;
  /**
   * Where a path leads, links followed as the owner's own kernel would: an absolute one from the root, and above the root
   * is the root.
   * @throws BackurneError `not-found`; `refused` where it leads round in circles or into another mount, or asks for more names
   * than `steps` has left.
   */
  find(path: Path, from?: Found, steps?: Steps): Promise<Found>;
  /** An entry of a directory as it is: a link stays one. @throws as `find` does. */
  enter(directory: Found, name: Buffer): Promise<Found>;
}

/** As many links as the kernel follows. */
const HOPS = 40;
/** Names entered for one path. Upwards is from the root down again, so that a link can ask for many. */
const STEPS = 10_000;

/** @throws BackurneError `not-found` where there is no such directory. */
export async function openTree(root: string): Promise<Tree> {
  const handle = await openRoot(root).catch((error: unknown) => {
    throw explain(error, [Buffer.from(root)]);
  });
  const mount = mountOf(handle);
  const top: Found = { ...(await look(handle)), path: [], [Symbol.asyncDispose]: async () => undefined };
  const tree: Tree = {
    root: top,
    async find(path, from = top, steps = { left: Infinity }) {
      try {
        return await follow(tree, { path, from, steps });
      } catch (error) {
        throw explain(error, [...from.path, ...path]);
      }
    },
    async enter(directory, name) {
      const path = [...directory.path, name];
      try {
        const entry = await openAt(directory.handle, name);
        try {
          if (mountOf(entry) !== mount) {
            throw new BackurneError("refused", `${showPath(path)} is in another mount`);
          }
          return { ...(await look(entry)), path, [Symbol.asyncDispose]: () => entry.close() };
        } catch (error) {
          await entry.close();
          throw error;
        }
      } catch (error) {
        throw explain(error, path);
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
  return tree;
}

async function look(handle: FileHandle): Promise<Pick<Found, "handle" | "kind" | "stats">> {
  const stats = await handle.stat({ bigint: true });
  return { handle, stats, kind: kindOf(stats) };
}

interface Way {
  readonly path: Path;
  readonly from: Found;
  readonly steps: Steps;
}

async function follow(tree: Tree, { path, from, steps }: Way): Promise<Found> {
  const names = [...path];
  let current = lend(from);
  const go = async (next: Found): Promise<void> => {
    const last = current;
    current = next;
    await last[Symbol.asyncDispose]();
  };
  try {
    let hops = 0;
    for (let gone = 0; names.length > 0; gone += 1) {
      const name = names.shift()!;
      if (gone === STEPS || steps.left === 0)
        throw new BackurneError("refused", `${showPath(path)} leads to and fro without end`);
      steps.left -= 1;
      if (current.kind !== "directory") throw Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
      if (isUp(name)) {
        names.unshift(...current.path.slice(0, -1));
        await go(lend(tree.root));
        continue;
      }
      const next = await tree.enter(current, name);
      if (next.kind !== "link") {
        await go(next);
        continue;
      }
      await next[Symbol.asyncDispose]();
      if ((hops += 1) > HOPS)
        throw new BackurneError("refused", `${showPath(path)} is a link that leads round in circles`);
      const target = await readLinkAt(current.handle, name);
      names.unshift(...splitPath(target));
      if (target[0] === 0x2f) await go(lend(tree.root));
    }
    return current;
  } catch (error) {
    await current[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whoever disposes it does not close it. */
function lend(found: Found): Found {
  return { ...found, [Symbol.asyncDispose]: async () => undefined };
}
