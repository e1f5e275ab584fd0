import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Cluster } from "@backurne/sandbox";

/** An image or one of its snapshots. */
export interface ImageAt {
  readonly pool: string;
  readonly namespace?: string;
  readonly image: string;
  readonly snapshot?: string;
}

export interface Listed {
  readonly id: number;
  readonly name: string;
  readonly size: number;
}

/** SHA-256 of the whole content, zeros included. */
export function digest(cluster: Cluster, at: ImageAt): Promise<string> {
  return ask(cluster, { do: "digest", ...at }) as Promise<string>;
}

/** An image's user snapshots, oldest first. */
export function listSnapshots(cluster: Cluster, at: ImageAt): Promise<readonly Listed[]> {
  return ask(cluster, { do: "snapshots", ...at }) as Promise<readonly Listed[]>;
}

/** A pool of a test's own. */
export async function makePool(cluster: Cluster, pool: string): Promise<void> {
  await ask(cluster, { do: "pool", pool });
}

/** Before a cluster goes: nobody knocks at its ports any more. */
export function letGo({ conf }: Cluster): void {
  kept.get(conf)?.child.kill();
}

interface Kept {
  readonly child: ChildProcess;
  readonly waiting: Map<number, PromiseWithResolvers<unknown>>;
}

/** By the path of its ceph.conf. A program that answers holds nobody up at the end, and ends with this process. */
const kept = new Map<string, Kept>();
let number = 0;

async function ask({ conf }: Cluster, question: object): Promise<unknown> {
  const one = kept.get(conf) ?? keep(conf);
  const answer = Promise.withResolvers<unknown>();
  number += 1;
  one.waiting.set(number, answer);
  one.child.stdin!.write(`${JSON.stringify({ number, ...question })}\n`);
  return await answer.promise;
}

function keep(conf: string): Kept {
  const program = fileURLToPath(new URL("kept.py", import.meta.url));
  const child = spawn("/usr/bin/python3", [program, conf], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: Kept["waiting"] = new Map();
  const one = { child, waiting };
  kept.set(conf, one);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { number: which, value, error } = JSON.parse(line) as { number: number; value?: unknown; error?: string };
    const answer = waiting.get(which);
    waiting.delete(which);
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(new Error(error));
  });
  const end = (why: string): void => {
    if (kept.get(conf) === one) kept.delete(conf);
    for (const answer of waiting.values()) answer.reject(new Error(`${program} ${why}`));
  };
  child.on("error", (error) => end(String(error)));
  child.on("exit", (code, signal) => end(`ended with ${signal ?? code}`));
  child.stdin.on("error", () => undefined); // its end says it
  for (const held of [child, child.stdin as Socket, child.stdout as Socket]) held.unref();
  return one;
}
