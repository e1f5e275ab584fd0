import { availableParallelism } from "node:os";
import type { Faults, Trouble } from "@backurne/faults";
import { TROUBLES } from "@backurne/faults";
import { runCell, type Cell, type Outcome } from "./cell.ts";
import { openFaults } from "./faults.ts";
import { openScene, type Scene } from "./scene.ts";
import { stepsOf, type Step } from "./steps.ts";
import { dice } from "./story.ts";

/** Most of a cell is waiting. */
const LANES = 4 * availableParallelism();

/** Some of them are answers of rbd: no such thing, busy, exists already, not empty. */
const CODES = [1, 2, 16, 17, 39, 110];

/** The calls of one run of the scene that nobody disturbs. */
export async function recordSteps(): Promise<readonly Step[]> {
  const scene = await openScene();
  const faults = await openFaults();
  await scene.prepare();
  const { report } = await scene.arena.backup({ force: true }, { env: faults.env });
  const { full, incremental, removedLive, removedBackup, trashed } = report.totals;
  if (report.exit !== 0 || full !== 2 || incremental !== 1 || trashed !== 1 || removedLive === 0 || removedBackup === 0)
    throw new Error(`the scene is not what it should be: ${JSON.stringify(report.totals)}`);
  return stepsOf(await faults.calls(), scene.arena.pool);
}

export interface Waits {
  /** Seconds a process is stopped, and seconds a call is late. */
  readonly stopped: number;
  readonly late: number;
}

/** Every call with everything that can befall it. */
export function allCells(steps: readonly Step[], waits: Waits): readonly Cell[] {
  return steps.flatMap((step, row) =>
    TROUBLES.filter((trouble) => canBefall(trouble, step)).map((trouble, column) => ({
      step,
      trouble,
      code: CODES[(row + column) % CODES.length] as number,
      seconds: trouble === "late" ? waits.late : waits.stopped,
    })),
  );
}

/** In an order in which each kind of call has met each trouble once before any meets it twice. */
export function kindsFirst(cells: readonly Cell[]): readonly Cell[] {
  const groups = Map.groupBy(cells, ({ step, trouble }) => `${step.role}, ${trouble}`);
  const rounds = [...groups.values()].flatMap((group) => group.map((cell, round) => ({ cell, round })));
  return rounds.toSorted((a, b) => a.round - b.round).map(({ cell }) => cell);
}

/** Of these, each kind of call once, and each trouble as often as the others. */
export function chooseCells(cells: readonly Cell[], seed: number): readonly Cell[] {
  const roll = dice(seed);
  const shuffled = cells.map((cell) => ({ cell, at: roll() })).sort((a, b) => a.at - b.at);
  const roles = new Set<string>();
  const counts = new Map<Trouble, number>();
  const count = (trouble: Trouble): number => counts.get(trouble) ?? 0;
  const chosen: Cell[] = [];
  for (const { cell } of shuffled) {
    const { role } = cell.step;
    if (roles.has(role)) continue;
    const mine = shuffled.filter((other) => other.cell.step.role === role).map((other) => other.cell);
    const [rarest] = mine.sort((a, b) => count(a.trouble) - count(b.trouble)) as [Cell];
    roles.add(role);
    counts.set(rarest.trouble, count(rarest.trouble) + 1);
    chosen.push(rarest);
  }
  return chosen;
}

/** Calls that answer with more than their exit code. */
const ANSWERS = /^ls |snap ls|info|image-meta list|fsid|export-diff|ControlMaster|-c -[qv]|(?<!lock) get /;

function canBefall(trouble: Trouble, { where, program, when }: Step): boolean {
  if (trouble === "cut" || trouble === "garbage") return ANSWERS.test(when);
  if (trouble === "connection lost") return where === "live" || program === "ssh";
  if (trouble === "no space") return program === "rbd" || program === "rados";
  return true;
}

export interface RunCells {
  /** Of every lane, before its first cell. */
  prepare?(faults: Faults): Promise<void>;
  onOutcome?(outcome: Outcome): void;
}

/** Side by side, each lane in pools of its own; what one cell broke does not trouble the next. */
export async function runCells(
  cells: readonly Cell[],
  { prepare, onOutcome }: RunCells = {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...cells];

  async function open(): Promise<{ readonly scene: Scene; readonly faults: Faults }> {
    const faults = await openFaults();
    await prepare?.(faults);
    return { scene: await openScene(), faults };
  }

  async function runLane(): Promise<void> {
    let lane = await open();
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      const outcome = await runCell(lane.scene, lane.faults, cell);
      outcomes.push(outcome);
      onOutcome?.(outcome);
      if (outcome.problem !== undefined) lane = await open();
    }
  }

  await Promise.all(Array.from({ length: Math.min(LANES, cells.length) }, runLane));
  return outcomes;
}
