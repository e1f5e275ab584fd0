import { formatImageName, NO_COMMENT } from "@backurne/model";
import { expect } from "vitest";
import type { Arena, Ran } from "./arena.ts";

/** How many user snapshots an image has on each side, whoever made them. */
export async function countSides(arena: Arena, image: string): Promise<{ live: number; backup: number }> {
  const [live, backup] = await Promise.all([
    arena.liveSnapshots(image),
    arena.backupSnapshots(targetOf(image)).catch(() => []),
  ]);
  return { live: live.length, backup: backup.length };
}

export function targetOf(image: string): string {
  return formatImageName({ ident: "alpha", disk: image, comment: NO_COMMENT });
}

/** A run that ended well with one transfer, of which it is known how it travelled. */
export function expectDone({ report }: Ran, mode: "full" | "incremental"): void {
  expect(report).toMatchObject({ exit: 0, failures: [], refused: [], totals: { done: 1, failed: 0, held: 0 } });
  expect(report.jobs).toMatchObject([{ outcome: "done", mode }]);
}

/** A run whose one job failed, for this reason and no other. */
export function expectFailed({ report }: Ran, message: RegExp): void {
  expect(report).toMatchObject({ exit: 3, totals: { done: 0, full: 0, incremental: 0, failed: 1 } });
  expect(report.jobs[0]?.failure?.message).toMatch(message);
}
