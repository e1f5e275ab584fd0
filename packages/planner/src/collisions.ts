import { formatKey, shortName, type Disk, type GuestMark, type ImageKey, type Warning } from "@backurne/model";
import type { PlanInput } from "./facts.ts";
import { configuredOf } from "./owner.ts";

export interface Collisions {
  readonly keys: ReadonlySet<string>;
  readonly failures: readonly Warning[];
}

/** Two sources that would write into one chain, or two chains of one source: neither is touched, and both are named. */
export function findCollisions(input: PlanInput): Collisions {
  const { clusters, pool } = input;
  const disks = clusters.flatMap((facts) => facts.disks ?? []).map(({ disk }) => disk);
  const current = pool.chains.filter((chain) => chain.kind === "current");
  const owners = new Map(current.map((chain) => [formatKey(chain.key), chain.marks.guest]));
  const failures = [
    ...twice(disks).map(([key, some]) => ({
      about: key,
      message: `${some.map(shortName).join(" and ")} would share one chain (${key}): neither is backed up; ident_prefix tells them apart`,
    })),
    ...twice(current).map(([key, some]) => ({
      about: key,
      message: `${some.map((chain) => chain.image).join(" and ")} hold the backups of one disk (${key}): neither is touched; rename one of them`,
    })),
    ...disks.flatMap((disk) => elsewhere(disk, owners.get(formatKey(disk.key)), input)),
  ];
  return { keys: new Set(failures.map((failure) => failure.about)), failures };
}

/** What is not seen tonight cannot tell a guest that moved, or took a new number, from two guests with one identity. */
function elsewhere(disk: Disk, owner: GuestMark | undefined, input: PlanInput): readonly Warning[] {
  if (owner === undefined || (owner.cluster === disk.cluster && owner.vmid === disk.vm?.vmid)) return [];
  const facts = input.clusters.find(({ cluster }) => cluster.name === owner.cluster);
  const configured = configuredOf(input).some(({ name }) => name === owner.cluster);
  const hidden = facts?.disks === undefined || facts.blind?.some(({ vmid }) => vmid === owner.vmid);
  if (!configured || !hidden) return [];
  const other = `guest ${owner.vmid} of ${owner.cluster}`;
  const message = `${shortName(disk)} has the chain of ${other}, which was not looked at: nothing is written before both are seen`;
  return [{ about: formatKey(disk.key), message }];
}

function twice<T extends { readonly key: ImageKey }>(all: readonly T[]): readonly (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(all, (one) => formatKey(one.key))].filter(([, some]) => some.length > 1);
}
