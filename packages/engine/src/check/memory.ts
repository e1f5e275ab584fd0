import type { Precheck } from "@backurne/model";
import type { RadosObjects } from "@backurne/rbd";

const OBJECT = "backurne.check";

/** Since when things are as they are, in epoch ms. In the backup pool: any host goes on from what another one saw. */
export type Since = Readonly<Record<string, number>>;

/** What is not asked for any more is forgotten. */
export interface Memory {
  /** Since when this is so; from now on, if it never was before. `cluster`: who says so. */
  since(cluster: string, what: string): number;
  /** Nobody could look at this cluster: what is remembered of it stays. */
  keep(cluster: string): void;
  all(): Since;
}

export function openMemory(before: Since, now: number): Memory {
  const kept = new Map<string, number>();
  return {
    since(cluster, what) {
      const key = `${cluster}/${what}`; // no name of a cluster has a slash
      const time = Math.min(Object.hasOwn(before, key) ? (before[key] ?? now) : now, now);
      kept.set(key, time);
      return time;
    },
    keep(cluster) {
      for (const [key, time] of Object.entries(before)) if (key.startsWith(`${cluster}/`)) kept.set(key, time);
    },
    all: () => Object.fromEntries(kept),
  };
}

export async function readSince(objects: RadosObjects): Promise<Since> {
  try {
    const { since } = JSON.parse((await objects.read(OBJECT)) ?? "{}") as { readonly since?: unknown };
    if (typeof since !== "object" || since === null) return {};
    return Object.fromEntries(Object.entries(since).filter(([, time]) => typeof time === "number"));
  } catch (error) {
    if (error instanceof SyntaxError) return {}; // somebody else wrote there: what was first seen is seen anew
    throw error;
  }
}

export async function writePrecheck(objects: RadosObjects, precheck: Precheck, since: Since): Promise<void> {
  await objects.write(OBJECT, `${JSON.stringify({ ...precheck, since })}\n`);
}
