import type { Precheck } from "@backurne/model";
import type { Untold } from "@backurne/reports/outlets";
import type { Backurne } from "backurne";

interface Tools {
  readonly backurne: Pick<Backurne, "precheck">;
  readonly tellPrecheck: (failure?: unknown) => Promise<readonly Untold[]>;
  readonly log: (message: string) => void;
}

/** As the command line does it: whoever is to be told of what is wrong, the precheck itself too, is told; the log knows who could not be. */
export function openPrecheck({ backurne, tellPrecheck, log }: Tools): () => Promise<Precheck> {
  async function tell(failed?: unknown): Promise<void> {
    for (const { about, failure } of await tellPrecheck(failed)) log(`${about}: ${failure.message}`);
  }
  return async () => {
    const found = await backurne.precheck().catch(async (error: unknown) => {
      await tell(error);
      throw error;
    });
    await tell();
    return found;
  };
}
