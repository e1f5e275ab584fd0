/**
 * Runs inside of the guest: does what stdin asks of the mapper, a JSON list, and prints what came of each. One Node for many
 * steps, since it takes a second to start there.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createExecutor } from "@backurne/exec";
import { openFiles } from "backurne";
import { openMapper, type Mapper, type MapperSite, type MapRequest } from "@backurne/mapper";
import { BackurneError, describeError, type MappingEvent } from "@backurne/model";

export type Site = Pick<MapperSite, "address" | "stateDir" | "runDir">;

export type Ask =
  | { readonly do: "map"; readonly request: MapRequest }
  | { readonly do: "unmap"; readonly id: string }
  | { readonly do: "list" }
  /** Waited for as long as it takes, or so many ms. */
  | { readonly do: "sweep"; readonly patience?: number }
  /** Later; in ms. */
  | { readonly do: "turn clock"; readonly by: number }
  /** In a process of its own, which is killed when its nth event comes, or so many ms later; or when its nth record stands on the disk. */
  | { readonly do: "die"; readonly ask: Ask; readonly at?: number; readonly later?: number; readonly record?: number }
  | { readonly do: "shell"; readonly script: string }
  /** What is at each of these paths of the mapped backups, as the API would find it. */
  | { readonly do: "browse"; readonly paths: readonly string[] };

export interface Answer {
  readonly value?: unknown;
  readonly code?: string;
  readonly error?: string;
  readonly hint?: string | undefined;
  readonly events?: readonly MappingEvent[];
}

interface Order {
  readonly site: Site;
  readonly asks: readonly Ask[];
  readonly at?: number | undefined;
  readonly record?: number | undefined;
  readonly later?: number | undefined;
}

const order = JSON.parse(readFileSync(0, "utf8")) as Order;
let ahead = 0;
let events: MappingEvent[] = [];
let count = 0;

function onEvent(event: MappingEvent): void {
  events.push(event);
  if (event.kind === "left" || (count += 1) !== order.at) return;
  if (order.later === undefined) process.kill(process.pid, "SIGKILL");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), order.later);
}

/** A journal writes each of its records and waits for it; nothing else in here does. */
async function dieAtRecord(last: number): Promise<void> {
  await using file = await open("/dev/null");
  const all = Object.getPrototypeOf(file) as FileHandle;
  const { datasync } = all;
  let records = 0;
  all.datasync = async function (this: FileHandle) {
    await datasync.call(this);
    if ((records += 1) === last) process.kill(process.pid, "SIGKILL");
  };
}
if (order.record !== undefined) await dieAtRecord(order.record);

const executor = createExecutor({ env: process.env });
const mapper = openMapper({
  ...order.site,
  executor,
  host: "guest",
  by: "root",
  now: () => Date.now() + ahead,
});

async function answer(ask: Ask): Promise<Answer> {
  events = [];
  try {
    return { value: await act(ask, mapper), events };
  } catch (error) {
    const known = error instanceof BackurneError ? { code: error.code, hint: error.hint } : {};
    return {
      error: error instanceof BackurneError ? describeError(error) : String((error as Error).stack),
      ...known,
      events,
    };
  }
}

async function act(ask: Ask, { map, unmap, list, sweep }: Mapper): Promise<unknown> {
  switch (ask.do) {
    case "map":
      return map(ask.request, { onEvent });
    case "unmap":
      return unmap(ask.id, { onEvent });
    case "list":
      return list();
    case "sweep":
      return sweep(ask.patience ?? 600_000);
    case "turn clock":
      ahead += ask.by;
      return undefined;
    case "die": {
      const { at, later, record } = ask;
      const input = JSON.stringify({ site: order.site, asks: [ask.ask], at, later, record } satisfies Order);
      const { signal, stderr } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url)], {
        input,
      });
      return { signal, stderr: stderr.toString() };
    }
    case "browse":
      return Promise.all(ask.paths.map(browse));
    case "shell": {
      const { status, stdout, stderr } = spawnSync("bash", ["-c", ask.script], { encoding: "utf8" });
      return { status, stdout, stderr };
    }
  }
}

/** A directory's names, a file's content, the names in a tar of a directory that ends in `.tar`, or what is wrong. */
async function browse(path: string): Promise<unknown> {
  const files = openFiles({ mapper, executor });
  const place = { mapping: "m1", path: path.replace(/\.tar$/, "") };
  try {
    if (path !== place.path) {
      const { chunks } = await files.archive(place, "tar", new AbortController().signal);
      const input = await buffer(Readable.from(chunks));
      return spawnSync("tar", ["-tf", "-"], { input }).stdout.toString().split("\n").slice(0, -1);
    }
    const page = await files.list(place).catch(() => undefined);
    if (page) return page.entries.map(({ name, kind, leads }) => [name, kind, leads].filter(Boolean).join(" "));
    await using file = await files.open(place);
    return await text(Readable.from(file.read({ from: 0n, to: file.size })));
  } catch (error) {
    return { code: (error as BackurneError).code };
  }
}

const answers: Answer[] = [];
for (const ask of order.asks) answers.push(await answer(ask));
// As the command line does: what is left to itself in here is not waited for.
process.stdout.write(JSON.stringify(answers), () => process.exit());
