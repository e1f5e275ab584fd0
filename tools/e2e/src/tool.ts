import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RunEvent, RunReport } from "@backurne/model";
import type { Arena } from "./arena.ts";
import type { Errand } from "./runner.ts";
import { tellRun } from "./tell.ts";

export interface ToolEnd {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** undefined: it was killed before. */
  readonly report: RunReport | undefined;
  readonly events: readonly RunEvent[];
  readonly stderr: string;
}

/** A backup in a process of its own, as if on another host. */
export interface Tool {
  readonly pid: number;
  /** Everything is loaded; with `waits` it stands there until `begin`. */
  readonly ready: Promise<void>;
  begin(): void;
  /** Signals this process alone, none of the programs it has started. */
  send(signal: NodeJS.Signals): void;
  readonly ended: Promise<ToolEnd>;
}

export type Launch = Partial<Errand> & { readonly host?: string };

const RUNNER = fileURLToPath(new URL("runner.ts", import.meta.url));

export async function startTool(arena: Arena, { host = "host-a", open, ...launch }: Launch = {}): Promise<Tool> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-e2e-"));
  const errand: Errand = {
    settings: arena.settings,
    backup: {},
    ...launch,
    open: { host, ...open },
  };
  const file = join(dir, "errand.json");
  await writeFile(file, JSON.stringify(errand));
  const child = spawn(process.execPath, ["--conditions=source", RUNNER, file], { stdio: ["pipe", "pipe", "pipe"] });
  const lines: { readonly kind: string }[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface(child.stdout).on("line", (line) => {
    const value = JSON.parse(line) as { kind: string };
    if (value.kind === "ready") ready.resolve();
    else lines.push(value);
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on("error", () => undefined); // it was killed
  const reported = () => lines.find((line) => line.kind === "report") as RunReport | undefined;
  tellRun(() => ({ report: reported(), stderr }));
  const ended = new Promise<ToolEnd>((resolve) => {
    child.on("close", (exit, signal) => {
      ready.reject(new Error(`the tool ended before it was ready: ${stderr}`));
      const report = reported();
      const events = lines.filter((line) => line.kind !== "report") as unknown as RunEvent[];
      void rm(dir, { recursive: true }).then(() => resolve({ exit, signal, report, events, stderr }));
    });
  });
  ready.promise.catch(() => undefined);
  return {
    pid: child.pid as number,
    ready: ready.promise,
    begin: () => void child.stdin.write("go\n"),
    send: (signal) => void child.kill(signal),
    ended,
  };
}

/** One backup from the beginning to the end in a process of its own. */
export async function runTool(arena: Arena, launch: Launch = {}): Promise<ToolEnd> {
  return (await startTool(arena, launch)).ended;
}
