/** What becomes of one snapshot, and why. */
export interface Verdict<S> {
  readonly snapshot: S;
  readonly keep: boolean;
  readonly because: string;
  /** On removals: true when this is everyday expiry, which the brakes need not count. */
  readonly ordinary?: boolean;
  /** On removals: the last copy of a vanished source. It goes into the trash. */
  readonly last?: boolean;
  /** Something is wrong that a person should look at: an unknown interval, a point in the future. */
  readonly warn?: boolean;
}

/**
 * What is known about the source of a chain.
 *
 * - `present`: it is backed up; points expire by policy, with floors.
 * - `vanished`: confirmed gone; points fade by age alone, the last copy last.
 * - all others: nobody can say, or somebody said so; everything stands still.
 */
export type SourceState = "present" | "unlistable" | "vanished" | "excluded" | "switched off" | "unconfigured";

/** Why a chain in this state is left as it is; undefined for the two states that are not. */
export function frozenBecause(state: SourceState): string | undefined {
  switch (state) {
    case "present":
    case "vanished":
      return undefined;
    case "unlistable":
      return "frozen: the source could not be listed";
    case "unconfigured":
      return "frozen: its cluster is not in the configuration";
    default:
      return `frozen: the source is ${state}`;
  }
}
