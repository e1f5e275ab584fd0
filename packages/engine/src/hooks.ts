import type { FoundGuest } from "@backurne/cluster";
import { BackurneError, shortName, type Disk, type HookSettings } from "@backurne/model";
import type { JobContext } from "./context.ts";

export type HookKind = Exclude<keyof HookSettings, "timeout">;

/** One call of one of the operator's programs. */
export interface HookCall {
  readonly kind: HookKind;
  readonly program: string;
  /** On a plain cluster `cluster:image`. */
  readonly guest: string;
  /** Name of the disk's rbd image; undefined where the call is about the guest. */
  readonly image: string | undefined;
  /** Given to the program as JSON. */
  readonly about: Readonly<Record<string, unknown>>;
  /** ms */
  readonly timeout: number;
}

export interface HookOutcome {
  /** The end of what it printed, safe to show. */
  readonly output: string;
  /** Why it counts as failed. */
  readonly failure?: string | undefined;
}

/** What a call for one disk is about. */
export interface HookDisk {
  readonly disk: Disk;
  readonly names: readonly string[];
  readonly context: JobContext;
  /** Of a transfer. */
  readonly outcome?: "done" | "failed" | undefined;
}

/**
 * The hooks of one guest's moment. A `post` runs only when its `pre` had its turn and did not fail, and then whatever happened
 * in between; its own failure is reported and stops nothing.
 */
export interface Hooks {
  /** @throws BackurneError: what it guards is not to be done. */
  before(kind: "pre_vm" | "pre_disk", of?: HookDisk): Promise<void>;
  after(kind: "post_vm" | "post_disk" | "post_transfer", of?: HookDisk): Promise<void>;
}

export function openHooks(context: JobContext, guest: FoundGuest | undefined): Hooks {
  const { house, reached, emit, signal } = context;
  const due = new Set<string>();

  async function call(kind: HookKind, of: HookDisk | undefined): Promise<HookOutcome | undefined> {
    const program = reached?.settings.hooks[kind];
    if (program === undefined || !reached) return undefined;
    const { name, kind: clusterKind } = reached.settings;
    const about = {
      version: 1,
      kind,
      cluster: name,
      type: clusterKind,
      guest: guest?.name,
      vm: guest?.config && { vmid: guest.config.vmid, kind: guest.config.kind, node: guest.config.node },
      disk: of && describeDisk(of),
      outcome: of?.outcome,
    };
    const called = clusterKind === "plain" ? `${name}:${guest?.name ?? ""}` : (guest?.name ?? "");
    const { timeout } = reached.settings.hooks;
    const run = { kind, program, guest: called, image: of?.disk.image, about, timeout };
    // What is due after something was done is done although the run is being stopped.
    const outcome = await house.runHook(run, kind.startsWith("pre") ? signal : undefined);
    emit({ kind: "hook-ended", hook: kind, about: of?.disk.image ?? called, ...outcome });
    return outcome;
  }

  return {
    async before(kind, of) {
      const outcome = await call(kind, of);
      if (outcome?.failure === undefined) return void due.add(keyOf(kind.replace("pre", "post"), of));
      throw new BackurneError("command", `hook ${kind} failed: ${outcome.failure}`, {
        hint: "nothing was done; what the hook printed is in the report",
      });
    },
    async after(kind, of) {
      if (kind !== "post_transfer" && !due.has(keyOf(kind, of))) return;
      const outcome = await call(kind, of);
      if (outcome?.failure === undefined) return;
      const failure = { message: `hook ${kind} failed: ${outcome.failure}`, code: "command" };
      const cluster = reached?.settings.name ?? "";
      const about = of ? shortName(of.context.candidate.input.subject) : `${cluster}/${guest?.name ?? ""}`;
      emit({ kind: "failed", about, failure });
    },
  };
}

function keyOf(kind: string, of: HookDisk | undefined): string {
  return `${kind} ${of?.context.resource ?? ""}`;
}

function describeDisk({ disk, names, context }: HookDisk): Readonly<Record<string, unknown>> {
  const { pool, namespace, image, storage, disk: adapter } = disk;
  const { image: backup } = context.candidate.input.subject;
  return { adapter, pool, namespace, image, storage, snapshot: names[0], names, backup };
}
