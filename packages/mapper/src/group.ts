import type { Target } from "./types.ts";

interface Membership {
  readonly group: string;
  /** Two with the same one are copies of each other: not of one group. */
  readonly member: string;
}

/** Members of one group together. Where there are copies of a member, the first ones make one group, the second ones another. */
export function groupMembers(
  targets: readonly Target[],
  membershipOf: (target: Target) => Membership | undefined,
): readonly (readonly Target[])[] {
  const groups = new Map<string, Target[]>();
  const copies = new Map<string, number>();
  for (const target of targets) {
    const membership = membershipOf(target);
    if (membership === undefined) continue;
    const { group, member } = membership;
    const copy = copies.get(`${group} ${member}`) ?? 0;
    copies.set(`${group} ${member}`, copy + 1);
    const key = `${group} ${copy}`;
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return [...groups.values()];
}
