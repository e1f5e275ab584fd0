/** Thrown where Proxmox refuses a request or fails at it; the words are Proxmox's. */
export class Refusal extends Error {
  readonly status: number;
  /** By the name of the parameter that is wrong. */
  readonly errors: Readonly<Record<string, string>> | undefined;
  /** What comes before or instead of the API itself has a status line and no body. */
  readonly bare: boolean;

  constructor(status: number, message: string, more: { errors?: Record<string, string>; bare?: boolean } = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.errors = more.errors;
    this.bare = more.bare ?? false;
  }
}

export function wrongParameters(errors: Record<string, string>): Refusal {
  return new Refusal(400, "Parameter verification failed.", { errors });
}

export function unauthorized(message: string): Refusal {
  return new Refusal(401, message, { bare: true });
}
