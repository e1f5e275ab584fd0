import { join } from "node:path";
import { openCounter, renderCounts, total, type Counts } from "./count.ts";
import { runByHand } from "./floor.ts";
import { createSmallImages } from "./images.ts";
import { alternate, cpuSince, cpuSoFar, medianRatio, seconds, time } from "./measure.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "./row.ts";
import { createPools, DAILY, DEBIAN_PATH, HOURLY, settingsFor, startProduct, type Scene } from "./scene.ts";

const IMAGES = 50;
const MODES = ["first", "force"] as const;
type Mode = (typeof MODES)[number];

/** Seconds, by round. */
interface Measured {
  readonly wall: number[];
  /** Of the tool or script and of all it ran, on either side; the daemons' is not in it. */
  readonly cpu: number[];
}

type Times = Record<Mode, Measured>;

/** B: fifty small images, two profiles due: a first run, and then all of it again by force. */
export async function measureManySmall(scene: Scene): Promise<readonly Row[]> {
  const { rounds, tell } = scene;
  const [product, safe, bare]: [Times, Times, Times] = [none(), none(), none()];
  // Pools of its own for each contestant and round: nobody finds what another one left.
  await alternate(rounds, [
    (round) => measure(product, { scene, pool: `tool-${round}` }, runTool),
    (round) => measure(safe, { scene, pool: `safe-${round}` }, byHand("safe")),
    (round) => measure(bare, { scene, pool: `bare-${round}` }, byHand("bare")),
  ]);
  tell("B: once more, counting");
  const counts = await countProcesses(scene);
  return MODES.flatMap((mode) => [
    ratioRow({ mode, against: "the same calls by hand", most: 1.3 }, product[mode], safe[mode]),
    ratioRow({ mode, against: "the bare pipes", most: 2.3 }, product[mode], bare[mode]),
    countRow(mode, counts[mode]),
  ]);
}

interface Arena {
  readonly scene: Scene;
  readonly pool: string;
}

type Work = (arena: Arena, mode: Mode, images: readonly string[]) => Promise<unknown>;

async function measure(times: Times, arena: Arena, work: Work): Promise<void> {
  const { scene, pool } = arena;
  await createPools(scene, pool);
  const images = await createSmallImages(scene.sandbox.live, pool, IMAGES);
  for (const mode of MODES) {
    scene.signal.throwIfAborted();
    const sshd = scene.sandbox.ssh.daemon.pid;
    const start = cpuSoFar(sshd);
    const took = await time(() => work(arena, mode, images));
    await sleep(1000); // sshd collects its sessions
    const { own, children, far } = cpuSince(start, sshd);
    times[mode].wall.push(took);
    times[mode].cpu.push(own + children + far);
    const parts = `tool or script ${own.toFixed(1)}, programs here ${children.toFixed(1)}, there ${far.toFixed(1)}`;
    scene.tell(`B: ${pool} ${mode}: ${took.toFixed(2)} s; CPU: ${parts}`);
  }
}

function runTool({ scene, pool }: Arena, mode: Mode, _images: readonly string[], env = { PATH: DEBIAN_PATH }) {
  const expect = mode === "first" ? { full: IMAGES, incremental: 0 } : { full: 0, incremental: IMAGES };
  return startProduct(settingsFor(scene, pool, [DAILY, HOURLY]), { expect, force: mode === "force" }, { env });
}

function byHand(care: "safe" | "bare"): Work {
  return ({ scene, pool }, mode, images) => runByHand(scene, { care, mode, pool, images });
}

async function countProcesses(scene: Scene): Promise<Record<Mode, Counts>> {
  const counter = await openCounter(join(scene.sandbox.dir, "count-many"));
  const counted: Record<Mode, Counts> = { first: {}, force: {} };
  await measure(none(), { scene, pool: "counted" }, async (arena, mode, images) => {
    await runTool(arena, mode, images, counter.env);
    counted[mode] = await counter.take();
  });
  return counted;
}

function none(): Times {
  return { first: { wall: [], cpu: [] }, force: { wall: [], cpu: [] } };
}

interface Comparison {
  readonly mode: Mode;
  readonly against: string;
  readonly most: number;
}

function ratioRow({ mode, against, most }: Comparison, product: Measured, floor: Measured): Row {
  return {
    scenario: "B",
    what: `${IMAGES} images, ${title(mode)}: to ${against}`,
    value: medianRatio(product.wall, floor.wall),
    unit: "×",
    target: { at: "most", value: most },
    detail: `${secondsOf(product)}; by hand ${secondsOf(floor)}`,
  };
}

function countRow(mode: Mode, counts: Counts): Row {
  return {
    scenario: "B",
    what: `${IMAGES} images, ${title(mode)}: rbd, rados and ssh for each image`,
    value: total(counts, ["rbd", "rados", "ssh"]) / IMAGES,
    unit: "processes",
    target: { at: "most", value: 14 },
    detail: renderCounts(counts, IMAGES),
  };
}

function secondsOf({ wall, cpu }: Measured): string {
  return `${seconds(wall)} (CPU ${seconds(cpu)})`;
}

function title(mode: Mode): string {
  return mode === "first" ? "first run" : "--force";
}
