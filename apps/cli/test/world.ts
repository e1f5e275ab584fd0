import { openAuditedTokens } from "@backurne/api";
import { formatProblem, parseDuration } from "backurne";
import type { RunEvent, RunReport } from "@backurne/model";
import { foldReport } from "@backurne/reports";
import type { Backurne, RunOptions } from "backurne";
import type { Api, FrontDoor } from "../src/front-door.ts";
import { runCli } from "../src/run.ts";
import type { Output, World } from "../src/world.ts";
import {
  diagnosis,
  differing,
  explanation,
  forgotten,
  held,
  images,
  mapped,
  mapping,
  middle,
  NOW,
  plan,
  points,
  prechecked,
  recounted,
  released,
  rest,
  restored,
  restoreEvents,
  settings,
  trashed,
  trashEmptied,
  trashRestored,
  unmapped,
  usages,
  verification,
  verifying,
} from "./fixture.ts";

export interface Scene {
  /** Columns of the terminal; undefined: stdout is a file. */
  readonly width?: number | undefined;
  readonly rows?: number;
  readonly stderrIsTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly events?: readonly RunEvent[];
  readonly now?: () => number;
  /** Instead of what the front door would do. */
  readonly door?: Partial<FrontDoor>;
  /** Instead of the server. */
  readonly api?: Partial<Api>;
  /** What a person answers; not said: nobody is there. */
  readonly answer?: boolean;
  readonly ask?: World["ask"];
  readonly backurne?: Partial<Backurne>;
}

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the front door was asked, in order. */
  readonly calls: readonly (readonly [string, unknown])[];
}

/** Runs a command line against a recorded front door. */
export async function run(words: string | readonly string[], scene: Scene = {}): Promise<Ran> {
  const calls: [string, unknown][] = [];
  const stdout = record(scene.width === undefined ? undefined : [scene.width, scene.rows ?? 24]);
  const stderr = record(scene.stderrIsTerminal ? [80, scene.rows ?? 24] : undefined);
  const world: World = {
    env: scene.env ?? { NO_COLOR: "1" },
    stdout: stdout.output,
    stderr: stderr.output,
    user: () => "alice",
    now: scene.now ?? (() => NOW),
    stop: new AbortController().signal,
    onCrash: () => () => {},
    ...((scene.ask || scene.answer !== undefined) && { ask: scene.ask ?? (async () => scene.answer === true) }),
    loadFrontDoor: async () => recordedDoor(scene, calls),
    loadApi: async () => ({ openAuditedTokens, serve: async () => undefined, ...scene.api }),
  };
  const argv = typeof words === "string" ? words.split(" ").filter(Boolean) : words;
  const exit = await runCli(argv, world);
  return { exit, stdout: stdout.text(), stderr: stderr.text(), calls };
}

function record(terminal: readonly [columns: number, rows: number] | undefined) {
  let text = "";
  const [columns, rows] = terminal ?? [80, 24];
  const output: Output = {
    write: (more) => void (text += more),
    isTerminal: terminal !== undefined,
    size: () => ({ columns, rows }),
  };
  return { output, text: () => text };
}

function recordedDoor(scene: Scene, calls: [string, unknown][]): FrontDoor {
  const call = <T>(name: string, asked: unknown, answer: T): T => {
    calls.push([name, asked]);
    return answer;
  };
  const notRecorded = async (): Promise<never> => {
    throw new Error("not recorded");
  };
  const backurne: Backurne = {
    plan: async (options) => call("plan", withoutLife(options), plan),
    backup: async (options) => call("backup", withoutLife(options), playRun(scene, options?.onEvent)),
    list: async () => call("list", undefined, images),
    points: async (reference) => call("points", reference, points),
    inspect: notRecorded,
    files: { list: notRecorded, open: notRecorded, archive: notRecorded },
    guests: notRecorded,
    guest: notRecorded,
    guestProfiles: async () => call("guestProfiles", undefined, []),
    setGuestProfiles: async (guest) => call("setGuestProfiles", guest, undefined),
    stats: async () => call("stats", undefined, usages),
    space: async () => call("space", undefined, undefined),
    verify: async ({ onEvent, signal: _signal, ...options }) => {
      for (const event of verifying) onEvent?.(event);
      return call("verify", options, verification);
    },
    explain: async (reference) => call("explain", reference, explanation),
    restore: async (request, { onEvent, signal: _signal, ...options } = {}) => {
      for (const event of restoreEvents) onEvent?.(event);
      return call("restore", { ...request, ...options }, restored);
    },
    precheck: async () => call("precheck", undefined, prechecked),
    examine: async () => call("examine", undefined, diagnosis),
    mend: async (fix) => call("mend", fix, { fix, outcome: "done" }),
    hold: async (request) =>
      call("hold", request, request.snapshot === undefined ? held : { ...held, snapshot: request.snapshot, points: 1 }),
    release: async (request) => call("release", request, released),
    applyCounts: async (request) => call("applyCounts", request, recounted),
    forget: async (reference) => call("forget", reference, forgotten),
    trash: async () => call("trash", undefined, trashed),
    restoreTrashed: async (reference) => call("restoreTrashed", reference, trashRestored),
    map: async (request, { signal: _signal, onEvent } = {}) => {
      for (const event of mapping) onEvent?.(event);
      return call("map", request, mapped);
    },
    unmap: async (request) => call("unmap", request, unmapped),
    listMapped: async () => call("listMapped", undefined, [mapped, differing]),
    sweepMapped: async () => [],
    emptyTrash: async ({ all } = {}) => call("emptyTrash", all, trashEmptied),
    [Symbol.asyncDispose]: async () => call("close", undefined, undefined),
    ...scene.backurne,
  };
  return {
    findConfig: ({ flag }) => call("findConfig", flag, flag ?? "/etc/backurne/backurne.yaml"),
    readConfig: async (path) => call("readConfig", path, settings),
    openBackurne: async () => backurne,
    openTelling: () => ({
      openOutlet: () => ({
        event: () => undefined,
        end: () => undefined,
        settle: async () => [],
        close: async () => [],
      }),
      tellPrecheck: async () => [],
    }),
    runMapper: async (_, { file, onListening }) => {
      call("runMapper", file, undefined);
      onListening("unix:/run/backurne-mapper.sock");
    },
    exampleConfig: () => "# an example\n",
    convertConfig: () => {
      throw new Error("not recorded");
    },
    formatProblem,
    parseDuration,
    configJsonSchema: () => ({ title: "backurne configuration" }),
    ...scene.door,
  };
}

function playRun({ events = [...middle, ...rest] }: Scene, onEvent?: (event: RunEvent) => void): RunReport {
  for (const event of events) onEvent?.(event);
  return foldReport(events);
}

type Asked = RunOptions & { readonly onEvent?: unknown };

function withoutLife({ signal: _signal, onEvent: _onEvent, watched: _watched, ...options }: Asked = {}): RunOptions {
  return options;
}
