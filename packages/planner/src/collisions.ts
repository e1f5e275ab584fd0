import { formatKey, shortName, type Disk, type GuestMark, type ImageKey, type Warning } from "@backurne/model";
import type { ChainFacts, DiskFacts, PlanInput } from "./facts.ts";
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
  const chains = new Map(current.map((chain) => [formatKey(chain.key), chain]));
  const failures = [
    ...twice(disks).map(([key, some]) => ({
      about: key,
      message: `${some.map(shortName).join(" and ")} would share one chain (${key}): neither is backed up; ident_prefix tells them apart`,
    })),
    ...twice(current).map(([key, some]) => ({
      about: key,
      message: `${some.map((chain) => chain.image).join(" and ")} hold the backups of one disk (${key}): neither is touched; rename one of them`,
    })),
    ...disks.flatMap((disk) => elsewhere(disk, chains.get(formatKey(disk.key))?.marks.guest, input)),
    ...clusters.flatMap((facts) =>
      (facts.disks ?? []).flatMap((one) => ofAnother(one, chains.get(formatKey(one.disk.key)), input)),
    ),
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

/** A chain that stands still, since its disk is not backed up, is nobody else's to go on with, nor to close. */
function ofAnother(
  { disk, source }: DiskFacts,
  chain: ChainFacts | undefined,
  { clusters }: PlanInput,
): readonly Warning[] {
  if (!chain) return [];
  const about = formatKey(disk.key);
  const { source: known, guest: owner } = chain.marks;
  if (known && known.fsid === source.fsid && known.id === source.id) return [];
  const isOwner = (one: Disk): boolean => owner?.cluster === one.cluster && owner.vmid === one.vm?.vmid;
  if (isOwner(disk)) return [];
  const others = clusters.flatMap(({ omitted = [] }) => omitted).filter((one) => formatKey(one.disk.key) === about);
  const other = others.find((one) => isOwner(one.disk)) ?? (owner === undefined ? others[0] : undefined);
  if (!other) return [];
  const message = `${shortName(disk)} would go on with the chain of ${shortName(other.disk)}, which is not backed up (${other.because}): nothing is written; ident_prefix tells them apart, or \`forget\` that chain`;
  return [{ about, message }];
}

function twice<T extends { readonly key: ImageKey }>(all: readonly T[]): readonly (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(all, (one) => formatKey(one.key))].filter(([, some]) => some.length > 1);
}
