/** How long things may take, all in ms. Tests shorten them. */
export interface Times {
  /** A connection to one host: TCP and TLS. */
  readonly connect: number;
  /** One request, its body included. */
  readonly request: number;
  /** Between two tries of a request that may be repeated. */
  readonly retryPause: number;
  /** A ticket of a login lasts two hours (Proxmox); it is renewed when older than this. */
  readonly ticket: number;
  /** An agent that is well answers `ping` at once; Proxmox itself waits 3 s for it, and then says what is wrong. */
  readonly ping: number;
  /** Proxmox would wait an hour for an agent that died after taking the command. */
  readonly freeze: number;
  readonly thaw: number;
  readonly status: number;
  /** All tries to thaw a guest together; then it is said to be stuck. */
  readonly thawing: number;
  readonly thawPause: number;
  /** The watchdog thaws after this, whatever the tool does. */
  readonly guard: number;
  /** The watchdog's own tries: more than the hour for which a lost command can block an agent. */
  readonly guardThawing: number;
  readonly guardPause: number;
}

export const TIMES: Times = {
  connect: 5_000,
  request: 30_000,
  retryPause: 250,
  ticket: 90 * 60_000,
  ping: 5_000,
  freeze: 10_000,
  thaw: 10_000,
  status: 5_000,
  thawing: 30_000,
  thawPause: 500,
  guard: 30_000,
  guardThawing: 75 * 60_000,
  guardPause: 2_000,
};
