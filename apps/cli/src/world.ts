import type { Api, FrontDoor } from "./front-door.ts";

/** A stream to write to, and what is known of the terminal behind it. */
export interface Output {
  /** Never throws: whoever stopped reading misses the rest. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Of the terminal, now; anything else is as wide as the text. */
  readonly size: () => { readonly columns: number; readonly rows: number };
}

/** Everything the commands touch outside of themselves. Tests give another one. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Data. */
  readonly stdout: Output;
  /** Errors and logs; progress too where stdout carries JSON. */
  readonly stderr: Output;
  /** Who is at it: a user of this host. */
  readonly user: () => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly stop: AbortSignal;
  /** Runs `restore` if the process ends before the function returned is called. */
  readonly onCrash: (restore: () => void) => () => void;
  /** Asks the person at the terminal, yes or no; undefined: nobody sits there. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  readonly loadFrontDoor: () => Promise<FrontDoor>;
  /** The server, and its tokens: loaded by who needs them. */
  readonly loadApi: () => Promise<Api>;
}
