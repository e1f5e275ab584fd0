import { linksOf } from "./chain.ts";
import type { Link } from "./chain.ts";
import type { BackupPolicy, Sentence } from "./policy.ts";
import { judgePresent } from "./present.ts";
import { judgeVanished } from "./vanished.ts";
import { frozenBecause } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

/**
 * One verdict per snapshot of a backup image, in the order of the input.
 * Carrying out some of the removals never changes the other verdicts: an interrupted expiry goes on where it stopped.
 */
export function judgeBackup<S>(snapshots: readonly S[], policy: BackupPolicy<S>): readonly Verdict<S>[] {
  const links = linksOf(snapshots, policy);
  const sentences = judge(links, snapshots.length, policy);
  const ours = new Map(links.map((link, i) => [link.index, sentences[i]]));
  return snapshots.map((snapshot, index) => {
    const sentence = ours.get(index) ?? { keep: true, because: "not ours" };
    return { snapshot, ...sentence };
  });
}

/** One sentence per link. `total` counts the snapshots that are not ours too. */
function judge<S>(links: readonly Link[], total: number, policy: BackupPolicy<S>): readonly Sentence[] {
  const frozen = frozenBecause(policy.state);
  if (frozen !== undefined) return links.map(() => ({ keep: true, because: frozen }));
  return policy.state === "vanished" ? judgeVanished(links, total - links.length, policy) : judgePresent(links, policy);
}
