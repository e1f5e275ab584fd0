import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import type { Faults } from "./faults.ts";

/** Where a program of this side is to be held. */
export interface Hold {
  /** Before it begins, or when it has done its work and not said so. */
  readonly when: "before" | "after";
  /** Words of the command line, a regular expression of bash. */
  readonly pattern: string;
}

/** A place where a program stands now. */
export interface Point {
  /** Resolves when a program stands there. */
  readonly reached: Promise<void>;
  isReached(): boolean;
  /** Lets it, and all that come after it, go on. */
  go(): Promise<void>;
  /** Lets it end as if it had never been started: for those whose parent is dead. */
  abandon(): Promise<void>;
}

/** Programs that stand still where a test wants it. */
export interface Holding {
  hold(hold: Hold): Promise<Point>;
  /** Holds import-diff when it has read that many bytes. */
  holdImport(bytes: number): Promise<Point>;
  /** Holds the call of that number, from 1, and every later one. */
  holdCall(number: number): Promise<Point>;
}

export function holdingWith({ dir, add }: Pick<Faults, "dir" | "add">): Holding {
  let count = 0;

  async function stand(fault: (name: string) => Fault): Promise<Point> {
    const name = `point${(count += 1)}`;
    await add(fault(name));
    const isReached = (): boolean => existsSync(join(dir, `${name}.reached`));
    return {
      isReached,
      get reached() {
        return waitUntil(isReached);
      },
      go: () => writeFile(join(dir, `${name}.go`), ""),
      abandon: () => writeFile(join(dir, `${name}.go`), "abandon"),
    };
  }

  const anyProgram = { where: "backup", program: "any" } as const;
  const begin = 'exec "$real" "$@"';
  return {
    hold: ({ when, pattern }) =>
      stand((name) => ({
        ...anyProgram,
        when: pattern,
        does: when === "before" ? `stand ${name}; ${begin}` : `"$real" "$@" || exit; stand ${name}`,
      })),
    holdImport: (bytes) =>
      stand((name) => ({
        ...anyProgram,
        when: "import-diff",
        // rbd's own way to end where it is stopped is kept: it reads from a pipe, and what it ends with is what we end with.
        does: `{ head -c ${bytes}; stand ${name}; cat; } | "$real" "$@"`,
      })),
    holdCall: (number) =>
      stand((name) => ({ ...anyProgram, when: "", nth: number, andLater: true, does: `stand ${name}; ${begin}` })),
  };
}

/** Looks again and again; a test's own time limit ends it. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}
