import { describeError } from "@backurne/model";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuestAgent } from "./guest-agent.ts";

/** What came of trying to let a guest run again. */
export interface ThawResult {
  /** It surely runs, or nothing of it does. */
  readonly thawed: boolean;
  /** How many filesystems had stood still until now; undefined: no try that was answered. */
  readonly filesystems?: number | undefined;
  readonly because?: string | undefined;
}

export interface ThawOptions {
  /** ms for all tries together. */
  readonly limit: number;
  /** ms between two. */
  readonly pause: number;
  readonly signal?: AbortSignal | undefined;
}

/** Thaws until the agent itself says that it is thawed: an answer to the thaw alone may be that of another agent's life. */
export async function thawSurely(agent: GuestAgent, { limit, pause, signal }: ThawOptions): Promise<ThawResult> {
  const end = performance.now() + limit;
  let filesystems: number | undefined;
  for (;;) {
    let because = "it does not say that it is thawed";
    try {
      filesystems = (await agent.thaw()) || (filesystems ?? 0);
      if ((await agent.status()) === "thawed") return { thawed: true, filesystems };
    } catch (error) {
      because = describeError(error);
      if (await isOff(agent)) return { thawed: true, filesystems };
    }
    if (signal?.aborted || performance.now() >= end) return { thawed: false, filesystems, because };
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** A VM that does not run holds nothing still. */
async function isOff(agent: GuestAgent): Promise<boolean> {
  const state = await agent.state().catch(() => undefined);
  return state?.is === "stopped" || state?.is === "gone";
}
