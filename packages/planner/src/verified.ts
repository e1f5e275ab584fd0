import type { Marks } from "@backurne/model";

/** Of a generation, what came after its first transfer, or a share, proves little. */
export function isVerified({ verified }: Marks = {}): boolean {
  return verified?.begun !== undefined || verified?.whole !== undefined;
}

/**
 * Epoch ms since when all of a chain has been compared, whatever transfers have proved of what they sent. What the turn under
 * way has not reached was compared by the turn before, which is taken to have gone evenly. While the first turn is under
 * way, when that began. undefined: nobody has ever begun to compare all of it.
 */
export function comparedSince({ verified }: Marks): number | undefined {
  const { whole, round, turn } = verified ?? {};
  if (whole === undefined) return timeOf(turn?.began);
  const began = timeOf(whole);
  const ended = timeOf(round?.ended);
  if (began === undefined || ended === undefined || !turn || turn.of !== round?.of) return began;
  // The first share of it was compared at its beginning, the last at its end.
  return began + (ended - began) * (turn.next / (turn.of - 1));
}

function timeOf(iso: string | undefined): number | undefined {
  const time = Date.parse(iso ?? "");
  return Number.isNaN(time) ? undefined : time;
}
