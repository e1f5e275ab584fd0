import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { startWatch, type Took } from "./measure.ts";

/** What this process is asked to do. Lines on stdin are runs to follow; it goes on until stdin ends. */
export interface ReadersErrand {
  readonly url: string;
  readonly token: string;
  readonly paths: readonly string[];
  /** Each asks once a second, one path after the other, over a connection of his own. */
  readonly readers: number;
  /** Of each run that stdin names. */
  readonly followers: number;
}

export interface ReadersReport extends Took {
  /** ms until each answer had come to its end. */
  readonly times: readonly number[];
  /** Answers that were none, by what came instead. */
  readonly wrong: Readonly<Record<string, number>>;
  /** How many have seen the report of the run they followed. */
  readonly followed: number;
}

const { url, token, paths, readers, followers } = JSON.parse(process.argv[2] ?? "") as ReadersErrand;
const agent = new Agent({ connections: readers + followers, pipelining: 1, bodyTimeout: 0 });
const headers = { authorization: `Bearer ${token}` };
const get = (path: string) => agent.request({ origin: url, method: "GET", path, headers });

const times: number[] = [];
const wrong: Record<string, number> = {};
let followed = 0;
let over = false;

async function ask(path: string): Promise<void> {
  const since = performance.now();
  try {
    const { statusCode, body } = await get(path);
    await body.arrayBuffer();
    times.push(performance.now() - since);
    if (statusCode !== 200) wrong[statusCode] = (wrong[statusCode] ?? 0) + 1;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    wrong[what] = (wrong[what] ?? 0) + 1;
  }
}

async function read(reader: number): Promise<void> {
  // Not all in the same instant.
  await sleep((reader * 1000) / readers);
  for (let turn = reader; !over; turn += 1) {
    const since = performance.now();
    await ask(paths[turn % paths.length] ?? "/");
    await sleep(Math.max(0, 1000 - (performance.now() - since)));
  }
}

async function follow(path: string): Promise<void> {
  const { body } = await get(`${path}/events`);
  if ((await body.text()).includes("event: report")) followed += 1;
}

const watch = startWatch();
const work: Promise<void>[] = Array.from({ length: readers }, (_, reader) => read(reader));
for await (const path of createInterface(process.stdin)) {
  work.push(...Array.from({ length: followers }, () => follow(path)));
}
over = true;
await Promise.all(work);
const report: ReadersReport = { ...watch(), times, wrong, followed };
await agent.close();
process.stdout.write(JSON.stringify(report));
