/** One profile as the profiles API names it. What is not said is as configured. */
export interface AnsweredProfile {
  readonly count?: number | undefined;
  readonly maxOnLive?: number | undefined;
  readonly priority?: "high" | "normal" | undefined;
  /** ms; only for a name that has no interval of its own and is not configured. */
  readonly interval?: number | undefined;
}

/** What the profiles API says of one disk. */
export interface ProfilesAnswer {
  /** false: the guest is not to be backed up. What exists does not expire any faster for it. */
  readonly backup?: false | undefined;
  readonly profiles?: Readonly<Record<string, AnsweredProfile>> | undefined;
}
