import type { Precheck } from "@backurne/model";
import type { Untold } from "@backurne/reports/outlets";
import type { Backurne } from "backurne";

interface Tools {
  readonly backurne: Pick<Backurne, "precheck">;
  readonly tellPrecheck: () => Promise<readonly Untold[]>;
  readonly log: (message: string) => void;
}

/** As the command line does it: whoever is to be told of what is wrong is told, and the log knows who could not be. */
export function openPrecheck({ backurne, tellPrecheck, log }: Tools): () => Promise<Precheck> {
  return async () => {
    const found = await backurne.precheck();
    for (const { about, failure } of await tellPrecheck()) log(`${about}: ${failure.message}`);
    return found;
  };
}
