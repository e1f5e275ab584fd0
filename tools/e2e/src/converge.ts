import { expect } from "vitest";
import type { Arena } from "./arena.ts";
import { lockers } from "./leases.ts";
import { runTool, type Launch, type ToolEnd } from "./tool.ts";

/** The next run after one that died: it ends well, and nothing of the other is left over on either side. */
export async function converge(arena: Arena, launch: Launch = {}): Promise<ToolEnd> {
  const end = await runTool(arena, { host: "host-b", backup: { force: true }, ...launch });
  expect(end.report).toMatchObject({ exit: 0, failures: [], totals: { failed: 0, held: 0 } });
  await expectTidy(arena);
  return end;
}

/** No partial, no lease, and on the live side only what stands on the backup side too. */
export async function expectTidy(arena: Arena): Promise<void> {
  const images = await arena.backupImages();
  expect(images.filter((image) => image.startsWith("partial-"))).toEqual([]);
  expect(await lockers(arena)).toBe(0);
  for (const image of images.filter((one) => !one.startsWith("closed-"))) {
    const standing = new Set((await arena.backupSnapshots(image)).map((one) => one.name));
    const live = await arena.liveSnapshots(decodeURIComponent(image.split(";").slice(1, -1).join(";")));
    expect(live.filter((one) => !standing.has(one.name))).toEqual([]);
  }
}
