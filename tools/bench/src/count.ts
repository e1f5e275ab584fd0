import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEBIAN_PATH } from "./scene.ts";

/** Programs that stand first on PATH, here and in ssh sessions, and note that they were started. */
export interface Counter {
  readonly env: { readonly PATH: string };
  /** Starts by program since the last time, those on the far side as `far rbd`. */
  take(): Promise<Counts>;
}

export type Counts = Readonly<Record<string, number>>;

const PROGRAMS = ["rbd", "rados", "ceph", "ssh"] as const;

export async function openCounter(dir: string): Promise<Counter> {
  const [here, far, log] = [join(dir, "here"), join(dir, "far"), join(dir, "starts")];
  await Promise.all([here, far].map((made) => mkdir(made, { recursive: true })));
  await writeFile(log, "");
  for (const program of PROGRAMS) {
    const enterFar = program === "ssh" ? prefixRemoteCommand(far) : "";
    await writeProgram(join(here, program), `echo ${program} >>${log}\n${enterFar}exec /usr/bin/${program} "$@"\n`);
    await writeProgram(join(far, program), `echo far ${program} >>${log}\nexec /usr/bin/${program} "$@"\n`);
  }
  return {
    env: { PATH: `${here}:${DEBIAN_PATH}` },
    async take() {
      const lines = (await readFile(log, "utf8")).split("\n").filter(Boolean);
      await writeFile(log, "");
      return countEach(lines);
    },
  };
}

export function countEach(lines: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const line of lines) counts[line] = (counts[line] ?? 0) + 1;
  return counts;
}

/** Of these programs, on either side. */
export function total(counts: Counts, programs: readonly string[]): number {
  const wanted = Object.entries(counts).filter(([name]) => programs.includes(name.replace("far ", "")));
  return wanted.reduce((sum, [, count]) => sum + count, 0);
}

export function renderCounts(counts: Counts, divisor = 1): string {
  const each = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return each.map(([name, count]) => `${name} ${divisor === 1 ? count : (count / divisor).toFixed(2)}`).join(", ");
}

/** What ssh runs over there finds the counting programs; `ssh -O exit` runs nothing. */
function prefixRemoteCommand(far: string): string {
  return `case "\${!#}" in 'exec bash '*) set -- "\${@:1:$#-1}" "PATH=${far}:\\$PATH; \${!#}";; esac\n`;
}

async function writeProgram(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/bash\n${body}`);
  await chmod(file, 0o755);
}
