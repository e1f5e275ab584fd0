import { BackurneError, printable, shortName, type MappedBackup } from "@backurne/model";
import type { Candidate, ChainFacts, SnapshotFacts } from "@backurne/planner";
import { findImage, findPoint } from "../reference.ts";

/** Disks to be opened together, as a person says it. */
export interface Wanted {
  /** A reference to an image, or to a guest: then all its disks, as they were at one moment. */
  readonly image: string;
  readonly snapshot: string;
}

/** `px1/web01/scsi1@2026-11-02T01:00`, `web01@latest`, or with a snapshot's name. */
export function readWanted(text: string): Wanted {
  const at = text.lastIndexOf("@");
  const [image, snapshot] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || snapshot === "") {
    throw new BackurneError("usage", `${printable(text)} names no image and snapshot`, {
      hint: "as IMAGE@latest, IMAGE@2026-11-02T01:00, or IMAGE@ and the snapshot's name",
    });
  }
  return { image, snapshot: /^\d{4}-/.test(snapshot) ? `@${snapshot}` : snapshot };
}

/** Each disk once, in the order in which they were named; a guest's by their names. */
export function chooseBackups(
  wanted: readonly Wanted[],
  candidates: readonly Candidate[],
  timezone: string,
): readonly MappedBackup[] {
  const chosen = wanted.flatMap((one) => chooseOne(one, candidates, timezone));
  return [...new Map(chosen.map((one) => [`${one.image}@${one.snapshot}`, one])).values()];
}

function chooseOne(
  { image, snapshot }: Wanted,
  candidates: readonly Candidate[],
  timezone: string,
): readonly MappedBackup[] {
  const backed = candidates.filter(hasChain);
  const disks = disksOfGuest(image, backed);
  const [first, ...others] = disks.length > 1 ? disks : [findImage(image, backed) as Backed];
  const point = pointOf(first!, snapshot, timezone);
  return [
    describe(first!, point),
    ...others.map((disk) => {
      const twin = disk.input.chain.snapshots.find(({ ours }) => ours?.time === point.ours?.time);
      if (twin !== undefined) return describe(disk, twin);
      const moment = new Date(point.ours?.time ?? 0).toISOString();
      throw new BackurneError("not-found", `${shortOf(disk)} has no backup of ${moment}, as ${shortOf(first!)} has`, {
        hint: "name the disks one by one: --with",
      });
    }),
  ];
}

type Backed = Candidate & { readonly input: { readonly chain: ChainFacts } };

function hasChain(candidate: Candidate): candidate is Backed {
  return candidate.input.chain !== undefined;
}

/** Those that are backed up now; a closed generation has to be named itself. Two guests may have one name, one after the other. */
function disksOfGuest(reference: string, backed: readonly Backed[]): readonly Backed[] {
  const called = backed.filter(({ input: { subject, chain } }) => {
    const { cluster, guest } = subject;
    return chain.kind === "current" && (reference === guest || reference === `${cluster}/${guest}`);
  });
  if (called.length > 1 && !areOne(called)) {
    const images = called.map((one) => `${shortOf(one)} (${printable(one.input.chain.image)})`);
    throw new BackurneError("usage", `several guests are called ${printable(reference)}: ${images.join(", ")}`, {
      hint: "name the disks one by one, by the rbd names: --with",
    });
  }
  return called.toSorted((a, b) => (a.input.subject.disk < b.input.subject.disk ? -1 : 1));
}

/** By the identity they share or, where each disk has one of its own, by the guest's number. */
function areOne(disks: readonly Backed[]): boolean {
  const same = (of: (disk: Backed) => unknown): boolean => new Set(disks.map(of)).size === 1;
  const vmid = ({ input: { chain } }: Backed) => chain.marks.guest?.vmid;
  if (!same(({ input }) => input.subject.cluster)) return false;
  return same(({ input }) => input.subject.key.ident) || (same(vmid) && vmid(disks[0]!) !== undefined);
}

function pointOf(disk: Backed, snapshot: string, timezone: string): SnapshotFacts {
  return findPoint(snapshot, disk.input.chain.snapshots, { image: shortOf(disk), timezone });
}

function shortOf({ input: { subject } }: Backed): string {
  return printable(shortName(subject));
}

function describe({ input: { subject, chain } }: Backed, { name, ours }: SnapshotFacts): MappedBackup {
  return {
    reference: shortName(subject),
    image: chain.image,
    snapshot: name,
    creation: new Date(ours?.time ?? 0).toISOString(),
  };
}
