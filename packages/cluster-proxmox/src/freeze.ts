import type { Frozen, NotFrozen, Stillness, Thawed } from "@backurne/cluster";
import type { Guard } from "@backurne/exec";
import { describeError } from "@backurne/model";
import { lockedBy } from "./agent.ts";
import { ProxmoxError } from "./error.ts";
import type { GuestAgent } from "./guest-agent.ts";
import { thawSurely } from "./thaw.ts";
import type { Times } from "./times.ts";

export interface Freezing {
  readonly agent: GuestAgent;
  readonly times: Times;
  /** Starts the watchdog of this freeze. */
  watch(): Promise<Guard>;
}

/**
 * Freezes a guest that is well: it runs, its agent answers, and the watchdog stands before the command goes out. When the
 * answer does not come, the guest may stand still all the same, and is thawed before anything else.
 */
export async function freezeGuest(freezing: Freezing, signal?: AbortSignal): Promise<Frozen | NotFrozen> {
  const { agent } = freezing;
  let guard: Guard | undefined;
  try {
    signal?.throwIfAborted();
    const state = await agent.state();
    if (state.is !== "running") return { frozen: false, because: `it is ${state.is}` };
    if (state.lock !== undefined) return { frozen: false, because: lockedBy(state.lock) };
    await agent.ping();
    signal?.throwIfAborted();
    guard = await freezing.watch();
    signal?.throwIfAborted();
  } catch (error) {
    await guard?.dismiss();
    return { frozen: false, because: describeError(error) };
  }
  try {
    // Not cut off by an abort: nobody would know what it did, and whoever asked thaws at once.
    const filesystems = await agent.freeze();
    if (filesystems > 0) return keepFrozen(filesystems, { ...freezing, guard });
    return await undo("its agent froze no filesystem", { ...freezing, guard });
  } catch (error) {
    if (!wasUnheard(error)) return undo(describeError(error), { ...freezing, guard });
    await guard.dismiss();
    return { frozen: false, because: describeError(error) };
  }
}

/** It reached nobody, or was refused before anything was done: a thaw would only meet the same, for as long as it is tried. */
function wasUnheard(error: unknown): boolean {
  return error instanceof ProxmoxError && (error.unsent || error.status === 401 || error.status === 403);
}

type Watched = Freezing & { readonly guard: Guard };

async function undo(because: string, watched: Watched): Promise<NotFrozen> {
  const { stuck, because: why } = await release(watched);
  return { frozen: false, because: why === undefined ? because : `${because}; ${why}`, stuck };
}

function keepFrozen(frozen: number, watched: Watched): Frozen {
  let thawed: Promise<Thawed> | undefined;
  const thaw = async (): Promise<Thawed> => {
    const { filesystems, stuck, because } = await release(watched);
    if (stuck) return { held: false, stuck, because };
    if (filesystems === frozen) return { held: true };
    const counted = filesystems === undefined ? "did not say how many filesystems it thawed" : `thawed ${filesystems}`;
    const why = filesystems === 0 ? "it had thawed by itself" : `its agent froze ${frozen} filesystems and ${counted}`;
    return { held: false, because: why };
  };
  return { frozen: true, thaw: () => (thawed ??= thaw()) };
}

/** The watchdog goes only when the guest surely runs; otherwise it goes on trying, long after us. */
async function release({
  agent,
  times,
  guard,
}: Watched): Promise<Omit<Thawed, "held"> & { filesystems?: number | undefined }> {
  const { thawed, filesystems, because } = await thawSurely(agent, { limit: times.thawing, pause: times.thawPause });
  if (thawed) {
    await guard.dismiss();
    return { filesystems };
  }
  guard.leave();
  return { stuck: true, because: `it could not be thawed: ${because ?? "no answer"}` };
}

/** What the listing says of a guest, as it is now. */
export async function stillnessNow(listed: Stillness, agent: Pick<GuestAgent, "state">): Promise<Stillness> {
  const state = await agent.state();
  if (state.is === "gone") return { kind: "stopped" };
  if (state.lock !== undefined) return { kind: "unfreezable", because: lockedBy(state.lock) };
  if (state.is === "stopped") return { kind: "stopped" };
  if (state.is === "paused") return { kind: "unfreezable", because: "it is paused" };
  return listed.kind === "unfreezable" ? listed : { kind: "freezable" };
}

/** Thaws what a run that is gone may have left frozen; a guest that is not frozen, or not there, is left as it is. */
export async function thawLeftover({ agent, times }: Pick<Freezing, "agent" | "times">): Promise<Thawed> {
  try {
    const state = await agent.state();
    if (state.is === "stopped" || state.is === "gone") return { held: false };
    if ((await agent.status().catch(() => undefined)) === "thawed") return { held: false };
    const { thawed, because } = await thawSurely(agent, { limit: times.thawing, pause: times.thawPause });
    return thawed ? { held: true } : { held: false, stuck: true, because };
  } catch (error) {
    return { held: false, stuck: true, because: describeError(error) };
  }
}
