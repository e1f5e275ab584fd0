import { BackurneError, printable, shortName, type LeftOut, type MappedBackup } from "@backurne/model";
import { newestTime, type Candidate, type ChainFacts, type SnapshotFacts } from "@backurne/planner";
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

export interface Chosen {
  /** Each disk once, in the order in which they were named; a guest's by their names. */
  readonly backups: readonly MappedBackup[];
  /** Disks of a guest that it has no more, and had not at that moment. */
  readonly left: readonly LeftOut[];
}

/**
 * A guest is mapped as it was at one moment, and the disks that it has now decide on it: one that was excluded or taken away has
 * points as well, and what is newest of them may be of long ago. @throws BackurneError `not-found` where one of them lacks it.
 */
export function chooseBackups(wanted: readonly Wanted[], candidates: readonly Candidate[], timezone: string): Chosen {
  const chosen = wanted.map((one) => chooseOne(one, candidates, timezone));
  const backups = chosen.flatMap((one) => one.backups);
  const left = chosen.flatMap((one) => one.left);
  return {
    backups: [...new Map(backups.map((one) => [`${one.image}@${one.snapshot}`, one])).values()],
    left: left.filter((disk) => !backups.some(({ reference }) => reference === disk.device)), // named by itself
  };
}

function chooseOne({ image, snapshot }: Wanted, candidates: readonly Candidate[], timezone: string): Chosen {
  const backed = candidates.filter(hasChain);
  const called = disksOfGuest(image, backed);
  const disks = called.length > 1 ? called : [findImage(image, backed) as Backed];
  const present = disks.filter(isPresent);
  const lead = newestOf(present.length > 0 ? present : disks);
  const point = pointOf(lead, snapshot, timezone);
  const moment = new Date(point.ours?.time ?? 0).toISOString();
  const backups: MappedBackup[] = [];
  const left: LeftOut[] = [];
  for (const disk of disks) {
    const { subject, chain } = disk.input;
    const twin = disk === lead ? point : chain.snapshots.find(({ ours }) => ours?.time === point.ours?.time);
    if (twin !== undefined) backups.push(describe(disk, twin));
    else if (isPresent(disk)) {
      throw new BackurneError("not-found", `${shortOf(disk)} has no backup of ${moment}, as ${shortOf(lead)} has`, {
        hint: "name the disks one by one: --with",
      });
    } else {
      const why = `not mapped: it has no backup of ${moment} (${disk.state.because})`;
      left.push({ device: shortName(subject), size: chain.size, why });
    }
  }
  return { backups, left };
}

/** The one with the newest point of all: its points are asked. */
function newestOf([first, ...others]: readonly Backed[]): Backed {
  return others.reduce((newest, disk) => (lastOf(disk) > lastOf(newest) ? disk : newest), first!);
}

function lastOf({ input: { chain } }: Backed): number {
  return newestTime(chain) ?? -Infinity;
}

function isPresent({ state }: Candidate): boolean {
  return state.state === "present";
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
