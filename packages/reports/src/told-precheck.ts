import type { Precheck } from "@backurne/model";
import type { Untold } from "./outlets/outlet.ts";

export interface ToldPrecheck {
  look(): Promise<Precheck>;
  /** To whoever is to know; `failure`: what went wrong with the look. @returns who could not be told. */
  tell(failure?: unknown): Promise<readonly Untold[]>;
  /** A line for each of those. */
  lost(line: string): void | Promise<void>;
  /** What was found, before anybody else is told. */
  show?(found: Precheck): void;
}

/** Looks, and tells what was found, or that nothing could be: that is thrown once it has been told. */
export async function runToldPrecheck({
  look,
  tell,
  lost,
  show,
}: ToldPrecheck): Promise<{ readonly found: Precheck; readonly untold: readonly Untold[] }> {
  async function say(failed?: unknown): Promise<readonly Untold[]> {
    const untold = await tell(failed);
    for (const { about, failure } of untold) await lost(`${about}: ${failure.message}`);
    return untold;
  }
  const found = await look().catch(async (error: unknown) => {
    await say(error);
    throw error;
  });
  show?.(found);
  return { found, untold: await say() };
}
