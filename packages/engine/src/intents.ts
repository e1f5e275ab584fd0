import { formatKey, type ImageKey } from "@backurne/model";
import type { RadosObjects } from "@backurne/rbd";

const REGISTRY = "backurne.intents";

/**
 * Names of live snapshots, recorded in the backup pool before they are made. Only what stands here, or stands (or stood)
 * on a backup image, may be removed from a live cluster: another installation's base looks just like a leftover.
 */
export interface Intents {
  has(key: ImageKey, snapshot: string): boolean;
  /** Returns when it is recorded. Calls that come together are one write. */
  record(key: ImageKey, snapshot: string): Promise<void>;
  /** It stands on the backup side now, or is gone from the live side: nobody has to remember it. */
  settle(key: ImageKey, snapshot: string): void;
  /** Returns when it is recorded that a guest is about to be held still, by whoever holds this lease. */
  freezing(freeze: Freeze): Promise<void>;
  /** It runs again. */
  thawed(freeze: Freeze): Promise<void>;
  /** Guests that other runs froze and have not said they thawed: they are at it just now, or died. */
  readonly frozen: readonly LeftFrozen[];
  /** Keys of chains that other runs meant to change, and have not said that they ended: they are at it, or died. */
  readonly begun: readonly string[];
  /** This run ended. What it left unsettled stays recorded. */
  close(): Promise<void>;
  /** Forgets runs that ended without a word a day ago, when none of their snapshots is left to remove. */
  retire(stands: (key: string, snapshot: string) => boolean): Promise<void>;
}

/** A guest, and the lease of the run that holds it still. */
export interface Freeze {
  readonly cluster: string;
  readonly vmid: number;
  readonly resource: string;
}

export interface LeftFrozen extends Freeze {
  /** It runs again: nobody has to look any more. */
  settle(): Promise<void>;
}

const RETIRE_AFTER = 86_400_000;

interface OpenRun {
  readonly run: string;
  /** Epoch ms. */
  readonly started: number;
  readonly lines: readonly string[];
}

/** Each run writes to an object of its own; the registry says which of them are still needed. */
export async function openIntents(objects: RadosObjects, run: string, now: number): Promise<Intents> {
  const others = await readOpenRuns(objects);
  const known = new Set(others.flatMap((other) => other.lines).filter(isName));
  const unsettled = new Set<string>();

  let waiting: string[] = [];
  let writing: Promise<void> | undefined;
  let registered = false;

  async function write(): Promise<void> {
    await new Promise((next) => setImmediate(next));
    const lines = waiting;
    waiting = [];
    if (!registered) {
      await objects.append(REGISTRY, `+${run} ${now}\n`);
      registered = true;
    }
    await objects.append(objectOf(run), lines.map((line) => `${line}\n`).join(""));
    for (const line of lines) known.add(line);
  }

  async function note(line: string): Promise<void> {
    waiting.push(line);
    while (!known.has(line)) {
      writing ??= write().finally(() => (writing = undefined));
      await writing;
    }
  }

  async function close(ended: string): Promise<void> {
    await objects.append(REGISTRY, `-${ended}\n`);
    await objects.removeObject(objectOf(ended));
  }

  return {
    has: (key, snapshot) => known.has(lineOf(key, snapshot)),
    async record(key, snapshot) {
      const line = lineOf(key, snapshot);
      unsettled.add(line);
      await note(line);
    },
    frozen: others.flatMap((other) =>
      frozenIn(other.lines).map((freeze) => ({
        ...freeze,
        settle: () => objects.append(objectOf(other.run), `${freezeLine("thawed", freeze)}\n`),
      })),
    ),
    begun: [...new Set(others.flatMap(({ lines }) => lines.filter(isName).map(keyIn)))],
    async freezing(freeze) {
      const line = freezeLine("freezing", freeze);
      unsettled.add(line);
      await note(line);
    },
    async thawed(freeze) {
      await note(freezeLine("thawed", freeze));
      unsettled.delete(freezeLine("freezing", freeze));
    },
    settle: (key, snapshot) => void unsettled.delete(lineOf(key, snapshot)),
    async close() {
      if (registered && unsettled.size === 0) await close(run);
    },
    async retire(stands) {
      for (const other of others) {
        if (now - other.started < RETIRE_AFTER) continue;
        const names = other.lines.filter(isName).map((line) => JSON.parse(line) as [string, string]);
        if (frozenIn(other.lines).length === 0 && !names.some((name) => stands(...name))) await close(other.run);
      }
    },
  };
}

async function readOpenRuns(objects: RadosObjects): Promise<readonly OpenRun[]> {
  const runs = new Map<string, number>();
  for (const line of ((await objects.read(REGISTRY)) ?? "").split("\n")) {
    const [run = "", started] = line.slice(1).split(" ");
    if (line.startsWith("+")) runs.set(run, Number(started));
    else if (line.startsWith("-")) runs.delete(run);
  }
  return Promise.all(
    [...runs].map(async ([run, started]) => {
      const text = (await objects.read(objectOf(run))) ?? "";
      return { run, started, lines: text.split("\n").filter((line) => line.endsWith("]")) };
    }),
  );
}

function objectOf(run: string): string {
  return `${REGISTRY}.${run}`;
}

function lineOf(key: ImageKey, snapshot: string): string {
  return JSON.stringify([formatKey(key), snapshot]);
}

function freezeLine(word: "freezing" | "thawed", { cluster, vmid, resource }: Freeze): string {
  return JSON.stringify([word, cluster, vmid, resource]);
}

function frozenIn(lines: readonly string[]): readonly Freeze[] {
  const left = new Map<string, Freeze>();
  for (const line of lines) {
    const [word, cluster, vmid, resource] = JSON.parse(line) as [string, string, number?, string?];
    if (vmid === undefined || resource === undefined) continue;
    if (word === "freezing") left.set(`${cluster} ${vmid}`, { cluster, vmid, resource });
    else left.delete(`${cluster} ${vmid}`);
  }
  return [...left.values()];
}

function keyIn(line: string): string {
  return (JSON.parse(line) as [key: string, snapshot: string])[0];
}

/** Of a snapshot, and not of a freeze. */
function isName(line: string): boolean {
  return (JSON.parse(line) as readonly unknown[]).length === 2;
}
