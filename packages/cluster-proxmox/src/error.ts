import { BackurneError, printable } from "@backurne/model";

export interface RequestFailure {
  /** `GET /storage on pve1`: the route's template, never a value. */
  readonly request: string;
  /** What Proxmox, or the connection, said. */
  readonly reason: string;
  /** undefined: no answer came, or none that could be read. */
  readonly status?: number | undefined;
  /** Nothing of the request can have reached anybody. */
  readonly unsent?: boolean | undefined;
  /** Our own deadline ended it: the other side may still be at work. */
  readonly late?: boolean | undefined;
  readonly hint?: string | undefined;
}

/** A request that did not come to its answer. Carries no cause: those hold headers and bodies. */
export class ProxmoxError extends BackurneError {
  readonly status: number | undefined;
  readonly reason: string;
  readonly unsent: boolean;
  readonly late: boolean;

  constructor({ request, reason, status, unsent, late, hint }: RequestFailure) {
    const shown = printable(reason.trim()).slice(0, 500) || "no reason given";
    super("command", `${request}: ${status === undefined ? "" : `${status} `}${shown}`, { hint });
    this.name = "ProxmoxError";
    this.status = status;
    this.reason = shown;
    this.unsent = unsent ?? false;
    this.late = late ?? false;
  }
}

/** The guest's configuration is not on the node that was asked: it migrated, or is gone. Proxmox's own words. */
export function isElsewhere(error: unknown): boolean {
  return error instanceof ProxmoxError && /^Configuration file .* does not exist/.test(error.reason);
}

/** The node that was asked cannot reach the guest's node: Proxmox's status for a failed connection between the two. */
export function isNodeDown(error: unknown): boolean {
  return error instanceof ProxmoxError && error.status === 595;
}
