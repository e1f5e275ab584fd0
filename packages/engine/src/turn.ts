import type { Round, Turn, VerifiedMark } from "@backurne/model";

/** The share a verification compares, and what is to be remembered when nothing differed. */
export interface Step {
  readonly first: number;
  readonly count: number;
  readonly of: number;
  /** `next` is 0 where the turn has ended with this. */
  readonly turn: Turn;
  /** Since when everything has been compared, where the turn has ended. */
  readonly whole?: string | undefined;
  readonly round?: Round | undefined;
}

/** Goes on where the last one stopped, on whichever host that was; other shares than before begin a turn anew. */
export function nextStep(
  { turn: known, whole }: Pick<VerifiedMark, "turn" | "whole"> = {},
  { count, of }: { readonly count: number; readonly of: number },
  at: string,
): Step {
  const goesOn = known?.of === of && known.next < of;
  const { next: first, began } = goesOn ? known : { next: 0, began: at };
  const end = Math.min(of, first + count);
  const share = { first, count: end - first, of };
  if (end < of) return { ...share, turn: { of, next: end, began } };
  const turn = { of, next: 0, began };
  // All of it was compared at once while the turn was under way: that is younger than its first shares.
  const since = whole !== undefined && Date.parse(whole) > Date.parse(began) ? whole : began;
  return { ...share, turn, whole: since, round: { of, began, ended: at } };
}
