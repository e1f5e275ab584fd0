import { BackurneError, parseSnapshotName } from "@backurne/model";
import { does, passRecords, type Faults, type Trouble } from "@backurne/faults";
import type { Arena } from "./arena.ts";
import { digest } from "./kept.ts";
import { expireLeases, lockers, STOPPABLE_LEASES } from "./leases.ts";
import { DISKS, type Scene } from "./scene.ts";
import type { Step } from "./steps.ts";
import { startTool } from "./tool.ts";

/** One call and what befalls it. */
export interface Cell {
  readonly step: Step;
  readonly trouble: Trouble;
  /** The wrong exit code, where one is wanted. */
  readonly code: number;
  /** For those that wait. */
  readonly seconds: number;
}

export interface Outcome {
  readonly cell: Cell;
  /** Whether the shim saw it happen: a fault that never fired has tested nothing. */
  readonly fired: boolean;
  /** undefined: survived. */
  readonly problem: string | undefined;
  /** What the run said that did not begin, as it had been lied to. */
  readonly refused?: string;
}

/** The scene with one fault, and then a run without one: four things have to be true whatever happened. */
export async function runCell(scene: Scene, faults: Faults, cell: Cell): Promise<Outcome> {
  await scene.prepare();
  const { where, program, when, nth } = cell.step;
  await faults.set({ where, program, when, nth, does: bashOf(cell) });
  let fired = false;
  try {
    const refused = await runSpoilt(scene.arena, faults, cell);
    fired = (await faults.struck()) > 0;
    await faults.set();
    await expectRightBytes(scene, "after the fault");
    await expectCommon(scene.arena, ["grows"], "after the fault");
    await scene.change();
    await converge(scene);
    return { cell, fired, problem: undefined, ...(refused !== undefined && { refused }) };
  } catch (error) {
    await faults.set();
    return { cell, fired, problem: (error as Error).message };
  }
}

/** A stream is cut where it does most harm: at the end of a record. */
function bashOf({ step, trouble, seconds, code }: Cell): string {
  if (trouble === "cut" && step.when.startsWith("export-diff") && step.program === "rbd")
    return `"$real" "$@" | ${passRecords(1, 0)}; exit 0`;
  return does(trouble, { seconds, code });
}

async function runSpoilt(arena: Arena, faults: Faults, { step, trouble, seconds }: Cell): Promise<string | undefined> {
  if (!trouble.startsWith("tool")) {
    const spoilt = arena.backup({ force: true }, { env: faults.env }).then(() => undefined);
    const refused = await spoilt.catch((error: unknown) => toleratedOf(error, trouble));
    // Nobody can tell that it was not given back: the next run would come upon it for a minute.
    if (trouble === "lies" && step.when.includes("backurne\\.lease")) await expireLeases(arena);
    return refused;
  }
  const leaseTimes = trouble === "tool stopped" && seconds < 60 ? { leaseTimes: STOPPABLE_LEASES } : {};
  const tool = await startTool(arena, { open: { env: faults.env, ...leaseTimes }, backup: { force: true } });
  await faults.aim(tool.pid);
  await tool.ended;
  await expireLeases(arena);
  return undefined;
}

/** Whoever believes a lie may find that nothing of this can be done. Of any other trouble a run has to make the best. */
function toleratedOf(error: unknown, trouble: Trouble): string {
  const known = error instanceof BackurneError && error.code !== "unexpected";
  if (known && ["lies", "cut", "garbage"].includes(trouble)) return error.message;
  throw error;
}

/** A run that nobody disturbs, and another one, which has nothing left to do. */
async function converge(scene: Scene): Promise<void> {
  const { arena } = scene;
  const { exit, totals, failures, refused } = (await arena.backup({ force: true })).report;
  if (exit !== 0 || totals.failed > 0 || totals.held > 0)
    throw new Error(`the next run ends with ${exit}: ${JSON.stringify([totals, failures, refused])}`);
  await expectRightBytes(scene, "after the next run");
  await expectCommon(arena, DISKS, "after the next run");
  await expectTidy(arena);
  const idle = await scene.backupLater();
  // The points of a closed generation go by the interval they were made under, whatever is configured later.
  const left = idle.jobs.filter(({ subject }) => !subject.image?.startsWith("closed-"));
  const { removedLive, trashed } = idle.totals;
  if (idle.exit !== 0 || left.length + removedLive + trashed > 0)
    throw new Error(`the run after that is not idle: ${JSON.stringify([idle.totals, idle.failures, left])}`);
}

interface Row {
  readonly image: string;
  readonly snapshot?: string;
}

async function list(rbd: Arena["live"], pool: string): Promise<readonly Row[]> {
  return JSON.parse(await rbd("ls", "-l", `--pool=${pool}`, "--format", "json")) as readonly Row[];
}

/** Every snapshot of the backup side is what its disk was when it was made, whoever calls it good. */
async function expectRightBytes({ arena, contentAt }: Scene, when: string): Promise<void> {
  const rows = await list(arena.backupSide, arena.pool);
  const wrong = await Promise.all(
    rows.map(async ({ image, snapshot }) => {
      if (snapshot === undefined) return [];
      const here = await digest(arena.sandbox.backup, { pool: arena.pool, image, snapshot });
      const disk = await diskOf(arena, image);
      const name = parseSnapshotName(snapshot, { prefix: "backup", legacyTimezone: "UTC" });
      return name && contentAt(disk, name.time) === here ? [] : [`${image}@${snapshot}`];
    }),
  );
  if (wrong.flat().length > 0) throw new Error(`WRONG BYTES ${when}: ${wrong.flat().join(", ")}`);
}

async function diskOf(arena: Arena, image: string): Promise<string> {
  if (!image.startsWith("partial-")) return image.split(";").at(-2) as string;
  const where = [`--pool=${arena.pool}`, `--image=${image}`];
  const mark = await arena.backupSide("image-meta", "get", ...where, "backurne.base");
  return diskOf(arena, (JSON.parse(mark) as { becomes: string }).becomes);
}

async function expectCommon(arena: Arena, disks: readonly string[], when: string): Promise<void> {
  const [live, backup] = await Promise.all([list(arena.live, arena.pool), list(arena.backupSide, arena.pool)]);
  for (const disk of disks) {
    const here = new Set(backup.filter(({ image }) => image === `alpha;${disk};None`).map(({ snapshot }) => snapshot));
    const common = live.filter(({ image, snapshot }) => image === disk && snapshot && here.has(snapshot));
    if (common.length === 0) throw new Error(`no common snapshot of ${disk} ${when}`);
  }
}

/** No partial, no lease, and on the live side only what stands on the backup side too. */
async function expectTidy(arena: Arena): Promise<void> {
  const [live, backup] = await Promise.all([list(arena.live, arena.pool), list(arena.backupSide, arena.pool)]);
  const partial = backup.find(({ image }) => image.startsWith("partial-"));
  if (partial) throw new Error(`${partial.image} is left over`);
  const standing = new Set(backup.map(({ image, snapshot }) => `${image}@${snapshot}`));
  const leaked = live.find(({ image, snapshot }) => snapshot && !standing.has(`alpha;${image};None@${snapshot}`));
  if (leaked) throw new Error(`${leaked.image}@${leaked.snapshot} is left over on the live side`);
  if ((await lockers(arena)) > 0) throw new Error("a lease is left over");
}
