import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { median, seconds, type Took } from "./measure.ts";
import { SNAPSHOTS } from "./recorded.ts";
import type { Row } from "./row.ts";
import type { Scene } from "./scene.ts";

const IMAGES = 10_000;
const PROGRAM = fileURLToPath(new URL("plan-process.ts", import.meta.url));

interface Planned extends Took {
  /** MiB at most, facts and Node included. */
  readonly memory: number;
  readonly jobs: number;
}

/** D: the plan of a large pool, from facts as they would have been gathered. Touches no cluster. */
export async function measurePlanning({ rounds, tell }: Pick<Scene, "rounds" | "tell">): Promise<readonly Row[]> {
  tell(`D: ${rounds} times`);
  const planned: Planned[] = [];
  for (let round = 0; round < rounds; round += 1) planned.push(await planOnce());
  const what = `plan ${IMAGES} images with ${SNAPSHOTS} snapshots each`;
  const detail = `${planned[0]?.jobs} jobs; CPU ${seconds(planned.map((one) => one.cpu))}`;
  const time = {
    value: median(planned.map((one) => one.seconds)),
    unit: "s",
    target: { at: "most", value: 5 },
  } as const;
  const memory = {
    value: median(planned.map((one) => one.memory)),
    unit: "MiB",
    target: { at: "most", value: 512 },
  } as const;
  return [
    { scenario: "D", what: `${what}: time`, detail, ...time },
    { scenario: "D", what: `${what}: memory`, detail: "the whole process, facts included", ...memory },
  ];
}

async function planOnce(): Promise<Planned> {
  const { stdout } = await execa(process.execPath, ["--conditions=source", PROGRAM, String(IMAGES)]);
  return JSON.parse(stdout) as Planned;
}
