import type { Call } from "@backurne/faults";

/** One call that a run makes: how the same call is found in another run, in another pool. */
export interface Step extends Pick<Call, "where" | "program"> {
  /** A regular expression of bash, and of ours. */
  readonly when: string;
  /** The how manieth of those that fit. */
  readonly nth: number;
  /** For people. */
  readonly name: string;
  /** The same for all disks. */
  readonly role: string;
}

/** Later ones of the same kind come or do not come, as renewals do. */
const MOST = 2;

/** The distinct calls of a run, in the order in which they were made. */
export function stepsOf(calls: readonly Call[], pool: string): readonly Step[] {
  const counts = new Map<string, number>();
  return calls.flatMap((call): readonly Step[] => {
    const { where, program } = call;
    const words = wordsOf(call, pool);
    const key = `${where} ${program} ${words}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    if (nth > (isControl(words) ? 12 : MOST)) return [];
    const name = nameOf(call, words, nth);
    return [{ where, program, when: patternOf(words), nth, name, role: roleOf(name) }];
  });
}

const CONTROL = "ControlMaster=auto";

function isControl(words: string): boolean {
  return words === CONTROL;
}

/** What stays the same from run to run, `§` for the rest. */
function wordsOf({ program, args }: Call, pool: string): string {
  if (program === "ssh") return wordsOfSsh(args);
  return args
    .replace(/^--conf \S+ --id admin /, "")
    .replaceAll(pool, "§")
    .replace(/(backurne\.\w+) [{["].*$/, "$1 §") // a mark: its value
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, "§")
    .replaceAll(/closed-[\dT.]+Z-\w+/g, "closed-§")
    .replaceAll(/(?<!partial-)\b[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, "§")
    .replace(/ rm backurne\.lease\..*/, " rm backurne.lease.§") // several are given back in one call
    .replaceAll(/\bclient\.\d+/g, "§")
    .replaceAll(/--lock-description .* --lock-duration/g, "--lock-description § --lock-duration");
}

/** Which commands share a process is a matter of the moment. */
function wordsOfSsh(args: string): string {
  if (args.includes(CONTROL)) return CONTROL;
  const image = /--image=(\w+)/.exec(args)?.[1];
  return image === undefined ? "-O exit" : `export-diff§--image=${image}`;
}

function patternOf(words: string): string {
  return words.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&").replaceAll("§", ".*");
}

function nameOf({ where, program }: Call, words: string, nth: number): string {
  const plain = words
    .replaceAll(/--(pool|no-progress|format|size|image-feature|lock-\w+|path|rbd-\S+|rados-\S+)(=\S*| \S+)? ?/g, "")
    .replaceAll(/--(image|snap|from-snap|dest)=/g, "")
    .replaceAll(/backurne\.lease\.([\da-f]{6})[\da-f]+/g, "lease.$1")
    .replaceAll(/partial-([\da-f]{6})[\da-f-]+/g, "partial-$1")
    .replaceAll(/\s+/g, " ")
    .trim();
  return `${where} ${program} ${plain.slice(0, 60)}${nth > 1 ? ` (${nth})` : ""}`;
}

function roleOf(name: string): string {
  return name
    .replaceAll(/alpha;\w+;None/g, "CHAIN")
    .replaceAll(/\b(first|grows|again)\b/g, "DISK")
    .replaceAll(/\b(lease|partial)[-.][\da-f]{6}/g, "$1")
    .replace(/^(backup ssh ControlMaster=auto).*/, "$1")
    .replace(/ \(\d+\)$/, "");
}
