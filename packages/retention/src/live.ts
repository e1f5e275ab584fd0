import type { Sentence } from "./policy.ts";
import type { Profile } from "./profile.ts";
import { frozenBecause } from "./verdict.ts";
import type { SourceState, Verdict } from "./verdict.ts";

/** What the rules need to know about the snapshots of one live image. Each function is asked once per snapshot. */
export interface LivePolicy<S> {
  /** The profiles it stands for: its own and those of its twins. undefined: not ours, never touched. */
  profiles(snapshot: S): readonly string[] | undefined;
  /** Newer is larger, and no two are equal: the snapshot id. */
  order(snapshot: S): number;
  /** Whether the backup side still has it. */
  shared(snapshot: S): boolean;
  /** Whether its name stands, or is recorded as ours, on the backup side. */
  known(snapshot: S): boolean;
  /** The profiles of today, by name: `maxOnLive`. */
  readonly configured: ReadonlyMap<string, Profile>;
  readonly state: SourceState;
  /** A transfer from this image is under way: what is newer than the newest shared may be its snapshot. */
  readonly transferring: boolean;
}

interface Candidate<S> {
  readonly snapshot: S;
  readonly order: number;
  readonly profiles: readonly string[];
  readonly shared: boolean;
}

/** One verdict per snapshot of a live image, in the order of the input. */
export function judgeLive<S>(snapshots: readonly S[], policy: LivePolicy<S>): readonly Verdict<S>[] {
  const candidates = snapshots.map((snapshot) => candidateOf(snapshot, policy));
  const ours = candidates.filter((one) => one !== undefined).sort((a, b) => b.order - a.order);
  const sentences = new Map<Candidate<S> | undefined, Sentence>();
  const base = ours.find((one) => one.shared);
  const quota = new Map<string, number>();
  for (const one of ours) sentences.set(one, judge(one, { base, quota }, policy));
  return snapshots.map((snapshot, index) => {
    const sentence = sentences.get(candidates[index]) ?? { keep: true, because: "not ours" };
    return { snapshot, ...sentence };
  });
}

function candidateOf<S>(snapshot: S, policy: LivePolicy<S>): Candidate<S> | undefined {
  const profiles = policy.profiles(snapshot);
  if (profiles === undefined) return undefined;
  return { snapshot, profiles, order: policy.order(snapshot), shared: policy.shared(snapshot) };
}

interface Side<S> {
  /** The newest shared one. */
  readonly base: Candidate<S> | undefined;
  /** How many extra ones of each profile are kept already. */
  readonly quota: Map<string, number>;
}

/** To be asked newest first. */
function judge<S>(one: Candidate<S>, { base, quota }: Side<S>, policy: LivePolicy<S>): Sentence {
  const frozen = frozenBecause(policy.state);
  if (frozen !== undefined) return { keep: true, because: frozen };
  if (policy.state === "vanished") return { keep: true, because: "vanished: left alone" };
  if (one === base) return { keep: true, because: "newest shared: base of next transfer" };
  if (one.shared) return judgeShared(one.profiles, quota, policy.configured);
  return judgeUnshared(one, base, policy);
}

function judgeShared(
  profiles: readonly string[],
  quota: Map<string, number>,
  configured: ReadonlyMap<string, Profile>,
): Sentence {
  let wanted: string | undefined;
  for (const name of profiles) {
    const profile = configured.get(name);
    const kept = quota.get(name) ?? 0;
    if (profile === undefined || kept >= profile.maxOnLive) continue;
    quota.set(name, kept + 1);
    wanted ??= `extra ${name} ${kept + 1}; max_on_live ${profile.maxOnLive}`;
  }
  if (wanted !== undefined) return { keep: true, because: wanted };
  const present = profiles.flatMap((name) => configured.get(name) ?? []);
  if (present.length < profiles.length) {
    const gone = profiles.filter((name) => !configured.has(name)).join(", ");
    return { keep: false, because: `${gone} is not in the configuration`, ordinary: false };
  }
  const limits = present.map((profile) => `${profile.name} ${profile.maxOnLive}`).join(", ");
  return { keep: false, because: `beyond max_on_live: ${limits}`, ordinary: true };
}

function judgeUnshared<S>(one: Candidate<S>, base: Candidate<S> | undefined, policy: LivePolicy<S>): Sentence {
  if (!policy.known(one.snapshot)) {
    return { keep: true, because: "not known here: may be another installation's" };
  }
  if (policy.transferring && (base === undefined || one.order > base.order)) {
    return { keep: true, because: "newer than the newest shared, and a transfer is under way" };
  }
  return { keep: false, because: "leftover: recorded here, but not shared", ordinary: false };
}
