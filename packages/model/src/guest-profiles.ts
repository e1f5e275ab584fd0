import type { AnsweredProfile, ProfilesAnswer } from "./profiles-answer.ts";
import { optional, record, shape, text, type Check } from "./shape.ts";

/** A guest as people name it: its cluster, and its number there. */
export interface GuestAddress {
  readonly cluster: string;
  readonly vmid: number;
}

/** Policies somebody set for one guest, kept in the backup pool. */
export interface GuestProfiles extends GuestAddress {
  readonly answer: ProfilesAnswer;
  /** ISO 8601 */
  readonly at: string;
  readonly by: string;
}

const finite: Check = Number.isFinite;
const answered = shape({
  count: optional(finite),
  maxOnLive: optional(finite),
  interval: optional(finite),
  priority: optional((value) => value === "high" || value === "normal"),
});
const known = shape({
  cluster: text,
  vmid: Number.isInteger,
  at: (value) => text(value) && Number.isFinite(Date.parse(value as string)),
  by: text,
  answer: shape({ backup: optional((value) => value === false), profiles: optional(record(answered)) }),
});

/** Of what was read from the pool. */
export function isGuestProfiles(value: unknown): value is GuestProfiles {
  return known(value);
}

/**
 * What was set for a guest, laid over what the profiles API says of it. It raises and adds as that does; where both
 * name a profile more is kept, unless the configuration lets them lower.
 */
export function joinAnswers(
  asked: ProfilesAnswer | undefined,
  set: ProfilesAnswer | undefined,
  mayLower: boolean,
): ProfilesAnswer | undefined {
  if (!asked || !set) return set ?? asked;
  const profiles = new Map(Object.entries(asked.profiles ?? {}));
  for (const [name, one] of Object.entries(set.profiles ?? {})) {
    profiles.set(name, joinProfiles(profiles.get(name), one, mayLower));
  }
  const off = asked.backup === false || set.backup === false;
  return { ...(off && { backup: false }), profiles: Object.fromEntries(profiles) };
}

function joinProfiles(asked: AnsweredProfile = {}, set: AnsweredProfile, mayLower: boolean): AnsweredProfile {
  const most = Math.max(asked.count ?? 0, set.count ?? 0);
  const count = mayLower ? (set.count ?? asked.count) : most || undefined;
  return {
    count,
    maxOnLive: set.maxOnLive ?? asked.maxOnLive,
    priority: set.priority ?? asked.priority,
    interval: set.interval ?? asked.interval,
  };
}
