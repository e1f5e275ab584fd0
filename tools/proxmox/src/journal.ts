/** One request as it came, and what became of it. Times are ms since 1970, from a clock that never steps. */
export interface LoggedRequest {
  readonly id: number;
  readonly at: number;
  /** The node that was asked, which is not always the one in the path. */
  readonly node: string;
  readonly method: string;
  /** Without `/api2/json` and without the query. */
  readonly path: string;
  /** `POST /nodes/{node}/qemu/{vmid}/agent/ping`; undefined: no such route. */
  readonly route?: string;
  /** Secrets are stars. */
  readonly params: Readonly<Record<string, string>>;
  /** undefined: nobody we know. */
  readonly user?: string;
  /** undefined: nothing was answered, or not yet. */
  readonly status?: number;
  /** When it was answered whole, or the connection ended. */
  readonly until?: number;
}

/** A guest's filesystems came to a halt, or went on. */
export interface Transition {
  readonly at: number;
  readonly vmid: number;
  readonly to: "frozen" | "thawed";
  readonly filesystems: number;
  readonly by: "command" | "itself" | "stop";
}

/** Everything that was asked, and every freeze and thaw, in order. */
export interface Journal {
  readonly requests: readonly LoggedRequest[];
  readonly transitions: readonly Transition[];
  openRequest(request: Omit<LoggedRequest, "id" | "at">): Entry;
  addTransition(transition: Omit<Transition, "at">): void;
  clear(): void;
}

/** A request that is still being worked on. */
export interface Entry {
  note(what: Partial<Pick<LoggedRequest, "route" | "user" | "params" | "status">>): void;
  close(): void;
}

const SECRET = /passw|secret|otp|tfa|token|ticket/i;

export function openJournal(now: () => number = () => performance.timeOrigin + performance.now()): Journal {
  const requests: LoggedRequest[] = [];
  const transitions: Transition[] = [];
  let count = 0;
  return {
    requests,
    transitions,
    openRequest(request) {
      const row: { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] } = { id: ++count, at: now(), ...request };
      requests.push(row);
      return {
        note: (what) => void Object.assign(row, what, what.params && { params: hideSecrets(what.params) }),
        close: () => void (row.until ??= now()),
      };
    },
    addTransition: (transition) => void transitions.push({ at: now(), ...transition }),
    clear: () => void (requests.splice(0), transitions.splice(0)),
  };
}

function hideSecrets(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, SECRET.test(name) ? "***" : value]));
}
