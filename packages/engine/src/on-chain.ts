import { randomUUID } from "node:crypto";
import { BackurneError, formatKey, printable, shortName, type Marks, type Moved } from "@backurne/model";
import { candidatesOf, type Candidate, type ChainFacts, type SnapshotFacts } from "@backurne/planner";
import { entryOf } from "./catalog.ts";
import { gatherFacts, namesOf, readPoints, type Facts } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { openLeases, type Lease, type Leases } from "./lease.ts";
import { needsTakeOver, refuseOldPool } from "./ownership.ts";
import { planInput } from "./plan.ts";
import { readMarks } from "./read-marks.ts";
import { findImage } from "./reference.ts";

/** A chain that a person has named, while its lease is held; marks and points were read under it. */
export interface OpenChain {
  /** As the facts showed it before the lease was taken. */
  readonly candidate: Named;
  readonly chain: ChainFacts;
  readonly points: readonly SnapshotFacts[];
  readonly lease: Lease;
  /** Other generations of the same disk, as the facts showed them. */
  readonly generations: readonly ChainFacts[];
  /** For the tables: these are the marks now, and this is what the last incremental moved, where that was not remembered. */
  remember(marks: Marks, moved?: Moved): void;
}

/** The image that is named, as facts show it; not yet under its lease. */
export type Named = Candidate & { readonly input: { readonly chain: ChainFacts } };

export interface Errand {
  readonly reference: string;
  /** What is done, for whoever finds the lease taken. */
  readonly what: string;
  /** Throws where it must not be done at all, before anything is locked. */
  check?(named: Named): void;
}

/** Changes one chain outside of a run, under the same lease and by what is read there. */
export async function onChain<T>(
  { reference, what, check }: Errand,
  house: House,
  work: (open: OpenChain) => Promise<T>,
): Promise<T> {
  const run = randomUUID();
  const [facts, intents] = await Promise.all([gatherFacts(house), openIntents(house.objects, run, house.now())]);
  const names = namesOf(house.settings);
  if (await needsTakeOver(house.objects, facts.images, { catalog: facts.catalog, names })) throw refuseOldPool();
  const candidates = candidatesOf(planInput(facts, {}, { house, intents }));
  const named = findImage(reference, candidates.filter(hasChain)) as Named;
  check?.(named);
  const leases = openLeases(house.objects, `${house.host} ${what} ${run}`, house.leaseTimes);
  const done = await underLease(named, { house, facts, leases }, work);
  await facts.catalog.flush();
  return done;
}

/** The same for one chain of many. The catalog is not flushed. @throws BackurneError `held`, `not-found` */
export async function underLease<T>(
  named: Named,
  { house, facts, leases }: { readonly house: House; readonly facts: Facts; readonly leases: Leases },
  work: (open: OpenChain) => Promise<T>,
): Promise<T> {
  const { subject, chain } = named.input;
  const resource = formatKey(subject.key);
  const lease = await leases.acquire(resource);
  if (!lease) throw heldElsewhere(printable(shortName(subject)), await leases.holder(resource));
  try {
    const marks = await readMarks(chain.image, house);
    const points = marks && (await readPoints(chain.image, house));
    if (!points) {
      throw new BackurneError("not-found", `${printable(chain.image)} has just gone or got another name`, {
        hint: "`backurne ls` shows what is there now",
      });
    }
    const remember = (now: Marks, moved = chain.moved): void =>
      facts.catalog.put(entryOf({ ...chain, snapshots: points, moved }, now));
    const generations = facts.chains.filter((one) => formatKey(one.key) === resource && one.image !== chain.image);
    const open = { candidate: named, points, lease, generations, remember };
    return await work({ ...open, chain: { ...chain, snapshots: points, marks } });
  } finally {
    await lease.release();
  }
}

export function hasChain({ input }: Candidate): boolean {
  return input.chain !== undefined;
}

function heldElsewhere(name: string, holder: string | undefined): BackurneError {
  return new BackurneError("held", `${name} is held by ${holder ?? "another run"}: nothing was changed`, {
    hint: "try again when that has ended",
  });
}
