import type { Transition } from "./journal.ts";
import type { AgentSettings } from "./model.ts";
import type { AgentAnswer } from "./schema.ts";

/** The QEMU guest agent of one VM, and the filesystems behind it. */
export interface Agent {
  readonly settings: AgentSettings;
  /** Filesystems that stand still now. */
  readonly frozen: number;
  /** A command it took and never answered blocks its socket. */
  readonly blocked: boolean;
  set(changes: Partial<AgentSettings>): void;
  ping(): AgentAnswer<Record<string, never>>;
  freeze(): AgentAnswer<number>;
  thaw(): AgentAnswer<number>;
  status(): AgentAnswer<"frozen" | "thawed">;
  /** Blocks it until it is revived; resolves then. */
  block(): Promise<void>;
  revive(): void;
  /** The VM was stopped: nothing is frozen any more. */
  reset(): void;
}

const DEFAULTS: AgentSettings = { running: true, filesystems: 2 };

/** In the words of the agent for Windows. */
const TOO_LATE = "couldn't hold writes: fsfreeze is limited up to 10 seconds: ";

type Tell = (change: Pick<Transition, "to" | "filesystems" | "by">) => void;

export function createAgent(given: Partial<AgentSettings>, tell: Tell): Agent {
  let settings: AgentSettings = { ...DEFAULTS, ...given };
  let frozen = 0;
  // What the agent believes. Windows thaws without telling it.
  let marked = false;
  let timer: NodeJS.Timeout | undefined;
  let revived: PromiseWithResolvers<void> | undefined;

  function release(by: Transition["by"]): number {
    clearTimeout(timer);
    const filesystems = frozen;
    frozen = 0;
    if (filesystems > 0) tell({ to: "thawed", filesystems, by });
    return filesystems;
  }

  const agent: Agent = {
    get settings() {
      return settings;
    },
    get frozen() {
      return frozen;
    },
    get blocked() {
      return revived !== undefined;
    },
    set: (changes) => void (settings = { ...settings, ...changes }),
    ping: () => ({ result: {} }),
    freeze() {
      if (marked) return disabled("guest-fsfreeze-freeze");
      frozen = settings.filesystems;
      marked = frozen > 0;
      if (marked) tell({ to: "frozen", filesystems: frozen, by: "command" });
      if (settings.selfThaw !== undefined) timer = setTimeout(release, settings.selfThaw, "itself").unref();
      return { result: frozen };
    },
    thaw() {
      const late = marked && frozen === 0;
      marked = false;
      return late ? failure("GenericError", TOO_LATE) : { result: release("command") };
    },
    status: () => ({ result: marked ? "frozen" : "thawed" }),
    block() {
      revived ??= Promise.withResolvers();
      return revived.promise;
    },
    revive() {
      revived?.resolve();
      revived = undefined;
    },
    reset() {
      release("stop");
      marked = false;
      agent.revive();
    },
  };
  return agent;
}

/** Frozen, the agent knows only a few commands: ping, status and thaw among them. */
function disabled(command: string): AgentAnswer<never> {
  return failure("CommandNotFound", `Command ${command} has been disabled: the agent is in frozen state`);
}

export function failure(kind: string, desc: string): AgentAnswer<never> {
  return { result: { error: { class: kind, desc } } };
}
