import { readFileSync } from "node:fs";

/** Seconds that something takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1000;
}

export interface Took {
  readonly seconds: number;
  /** Seconds of this process; collecting garbage goes on beside the work, so they may be more. */
  readonly cpu: number;
}

/** Answers what this process took since. */
export function startWatch(): () => Took {
  const [since, start] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(start);
    return { seconds: (performance.now() - since) / 1000, cpu: (user + system) / 1e6 };
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) throw new Error("nothing was measured");
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of the ratios of each round: a machine that is busy for a while slows both of its contestants. */
export function medianRatio(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value / others[round]!));
}

/** The contestants of each round one after the other, each round beginning with another one. */
export async function alternate(rounds: number, contestants: readonly ((round: number) => Promise<void>)[]) {
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      await contestants[(round + turn) % contestants.length]!(round);
    }
  }
}

export interface Cpu {
  /** Seconds of this process. */
  readonly own: number;
  /** Seconds of programs it started and waited for, and of theirs. */
  readonly children: number;
  /** Seconds of what ran in ssh sessions that have ended. */
  readonly far: number;
}

/** Linux has a hundred ticks a second, whatever the kernel's own clock. */
const TICKS = 100;

/** @param sshd process id of the sshd whose sessions are the far side */
export function cpuSoFar(sshd: number): Cpu {
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1e6, children: childrenOf("self"), far: childrenOf(sshd) };
}

function childrenOf(process: number | "self"): number {
  const text = readFileSync(`/proc/${process}/stat`, "utf8");
  // The second field, the program's name, may hold spaces and parentheses itself.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return (fields[13]! + fields[14]!) / TICKS;
}

export function cpuSince(start: Cpu, sshd: number): Cpu {
  const now = cpuSoFar(sshd);
  return { own: now.own - start.own, children: now.children - start.children, far: now.far - start.far };
}

export function seconds(values: readonly number[]): string {
  return `${median(values).toFixed(2)} s`;
}
