import {
  BackurneError,
  describeRanges,
  formatProofs,
  markKey,
  parseMarks,
  parseProofs,
  PROOFS,
  strongerProof,
  type Marks,
  type Proof,
  type SuspectMark,
  type VerifiedMark,
} from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import type { LeasedContext } from "./context.ts";

export type Bookkeeper = Pick<LeasedContext, "house" | "lease"> & {
  readonly facts: Pick<LeasedContext["facts"], "catalog">;
};

interface Proved {
  readonly chain: ChainFacts;
  /** Names of the moment, the snapshot's first. */
  readonly names: readonly string[];
  readonly proof: Proof;
  readonly begun?: string | undefined;
  readonly whole?: string | undefined;
  readonly round?: VerifiedMark["round"];
  readonly turn?: VerifiedMark["turn"];
}

/** Writes what was proved onto the image; proofs of snapshots that are gone are forgotten. */
export async function recordProof({ chain, names, proof, ...rest }: Proved, books: Bookkeeper): Promise<ChainFacts> {
  const { house, lease } = books;
  const { image } = chain;
  await lease.confirm();
  const metadata = (await house.backup.metadata(image)) ?? {};
  const before = parseMarks(metadata).verified;
  const standing = new Set(chain.snapshots.map(({ name }) => name));
  const known = Object.entries(parseProofs(metadata)).filter(([name]) => standing.has(name));
  const proofs = new Map(known);
  for (const name of names) proofs.set(name, strongerProof(proofs.get(name), proof));
  const verified: VerifiedMark = {
    last: { snapshot: names[0] as string, ...proof },
    begun: rest.begun ?? before?.begun,
    whole: rest.whole ?? before?.whole,
    round: rest.round ?? before?.round,
    turn: rest.turn === undefined ? before?.turn : rest.turn.next === 0 ? undefined : rest.turn,
  };
  // All of it was compared: what the old tool left is proved now.
  const proves = rest.whole !== undefined && chain.marks.unproved !== undefined;
  await Promise.all([
    house.backup.setMetadata(image, PROOFS, formatProofs(Object.fromEntries(proofs))),
    house.backup.setMetadata(image, markKey("verified"), JSON.stringify(verified)),
    ...(proves ? [house.backup.removeMetadata(image, markKey("unproved"))] : []),
  ]);
  return remark(chain, { verified, ...(proves ? { unproved: undefined } : {}) }, books);
}

/** From now on nothing is received into this chain, and nothing expires from it. */
export async function markSuspect(chain: ChainFacts, suspect: SuspectMark, books: Bookkeeper): Promise<ChainFacts> {
  const { house, lease, facts } = books;
  // The catalog learns it when all is done, which may be in hours, or never. The mark itself depends on no table, and who lets
  // others ask the image itself does no harm without the lease.
  const distrust = (): Promise<void> => facts.catalog.distrust(chain.imageId).catch(() => undefined);
  await distrust();
  await lease.confirm();
  await house.backup.setMetadata(chain.image, markKey("suspect"), JSON.stringify(suspect));
  await distrust(); // whoever asked the image in between remembers it without the mark
  return remark(chain, { suspect }, books);
}

function remark(chain: ChainFacts, marks: Marks, { facts }: Bookkeeper): ChainFacts {
  const all = { ...chain.marks, ...marks };
  facts.catalog.mark(chain, all);
  return { ...chain, marks: all };
}

export function describePlaces(ranges: SuspectMark["ranges"], chunks: number): string {
  return `in ${chunks} ${chunks === 1 ? "place" : "places"}, at ${describeRanges(ranges)}`;
}

export function differenceOf(image: string, { snapshot, ranges }: SuspectMark, chunks: number): BackurneError {
  const where = ranges.length > 0 ? ` ${describePlaces(ranges, chunks)}` : "";
  return new BackurneError("difference", `${image}: ${snapshot} differs from its source${where}`, {
    hint: "the chain is marked suspect: the next run starts a new generation, and nothing of the old one is removed",
  });
}
