import type { Stats } from "node:fs";

/** What is wrong with who may read a file that can hold a secret; undefined: nothing. */
export function judgeReaders(mode: number): string | undefined {
  const others = mode & 0o007;
  return others === 0 ? undefined : `others may use this file (mode ${showMode(mode)}), and it can hold secrets`;
}

/** Whether anybody but root and `owner` (a uid) can change it, or put something else in the place of what is in it. */
export function isOpenToOthers(stats: Pick<Stats, "mode" | "uid" | "isDirectory">, owner: number): boolean {
  const sticky = stats.isDirectory() && (stats.mode & 0o1000) !== 0;
  return ![0, owner].includes(stats.uid) || (!sticky && (stats.mode & 0o022) !== 0);
}

export function showMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
