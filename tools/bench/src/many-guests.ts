import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { growth, rowsOf, type Measured, type Planned } from "./guests-rows.ts";
import { describeCluster, DISKS } from "./guests.ts";
import { alternate, type Took } from "./measure.ts";
import type { Row } from "./row.ts";
import type { Scene } from "./scene.ts";
import { openSimulator } from "./simulator.ts";

const PLAN = fileURLToPath(new URL("guests-process.ts", import.meta.url));
const GETS = fileURLToPath(new URL("gets-process.ts", import.meta.url));

type Surroundings = Pick<Scene, "rounds" | "tell" | "signal">;

/** E: the plan of a Proxmox cluster, from its API on; it grows tenfold. Touches no Ceph cluster. */
export async function measureManyGuests(
  scene: Surroundings,
  [few, many]: readonly [number, number] = [100, 1000],
): Promise<readonly Row[]> {
  const before = await measureGuests(few, scene);
  const after = await measureGuests(many, scene);
  return [...rowsOf(after), ...growth(before, after)];
}

async function measureGuests(guests: number, { rounds, tell, signal }: Surroundings): Promise<Measured> {
  tell(`E: ${guests} guests, ${rounds} rounds`);
  await using simulator = await openSimulator(describeCluster(guests));
  const tool: Planned[] = [];
  const hand: Took[] = [];
  const requests: number[] = [];
  await alternate(rounds, [
    async () => {
      const planned = await run<Planned>([PLAN, simulator.file, String(guests)], signal);
      if (planned.incremental !== guests * DISKS) throw new Error(`the plan went wrong: ${JSON.stringify(planned)}`);
      tool.push(planned);
      requests.push(await simulator.takeRequests());
    },
    async () => {
      hand.push(await run<Took>([GETS, simulator.file], signal));
      await simulator.takeRequests();
    },
  ]);
  return { guests, tool, hand, requests: Math.max(...requests) };
}

async function run<T>(args: readonly string[], signal: AbortSignal): Promise<T> {
  const { stdout } = await execa(process.execPath, ["--conditions=source", ...args], { cancelSignal: signal });
  return JSON.parse(stdout) as T;
}
