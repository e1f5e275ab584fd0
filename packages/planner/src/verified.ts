import type { Marks, Round, VerifiedMark } from "@backurne/model";

/** Of a generation, what came after its first transfer, or a share, proves little. */
export function isVerified({ verified }: Marks = {}): boolean {
  return verified?.begun !== undefined || verified?.whole !== undefined;
}

/**
 * Epoch ms since when all of a chain has been compared, whatever transfers have proved of what they sent. While the first
 * turn is under way, when that began. undefined: nobody has ever begun to compare all of it.
 */
export function comparedSince({ verified }: Marks): number | undefined {
  if (verified?.whole === undefined) return timeOf(verified?.turn?.began);
  const since = timeOf(verified.whole);
  const { turn } = verified;
  const round = verified.round ?? earlierRound(verified);
  if (since === undefined || !turn || !round || turn.of !== round.of) return since;
  const began = timeOf(round.began ?? verified.whole);
  const ended = timeOf(round.ended);
  if (began === undefined || ended === undefined) return since;
  // What the turn under way has not reached was compared by the one before, which is taken to have gone evenly.
  const next = began + (ended - began) * (turn.next / Math.max(1, turn.of - 1));
  return Math.max(since, next);
}

/** Earlier versions remembered of a turn when it began, and then the next one began when it had ended. */
function earlierRound({ whole, turn }: VerifiedMark): Round | undefined {
  const [began, ended] = [timeOf(whole), timeOf(turn?.began)];
  return turn && began !== undefined && ended !== undefined && ended > began
    ? { of: turn.of, ended: turn.began }
    : undefined;
}

function timeOf(iso: string | undefined): number | undefined {
  const time = Date.parse(iso ?? "");
  return Number.isNaN(time) ? undefined : time;
}
