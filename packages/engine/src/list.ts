import {
  describeSuspect,
  formatKey,
  holdOfChain,
  holdOfPoint,
  parseMarks,
  parseMoments,
  parseProofs,
  shortName,
  sumPacked,
  type Explanation,
  type GuestProfiles,
  type ImageInspection,
  type ImageListing,
  type ImageUsage,
  type Marks,
  type Moved,
  type PointListing,
  type SnapshotName,
} from "@backurne/model";
import {
  candidatesOf,
  explainDisk,
  pointOf,
  sharedSnapshots,
  usualVolume,
  volumeOf,
  type Candidate,
} from "@backurne/planner";
import { lateFrom } from "@backurne/retention";
import { gatherFacts } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { planInput } from "./plan.ts";
import { askProfiles, type Asked } from "./profiles.ts";
import { findImage } from "./reference.ts";

/**
 * Every disk and every chain, as facts show them now; reading changes nothing. With the policies that are set in the pool: the
 * profiles API is not asked about everybody for a look. `known`: those policies, where they are being read already.
 */
export async function survey(house: House, known?: Promise<readonly GuestProfiles[]>): Promise<readonly Candidate[]> {
  const { facts, judge } = await look(house);
  return judge(await askProfiles(facts, { ...house, askProfiles: undefined }, known));
}

/** One image, among those that are `eligible`. */
export async function surveyOne(
  house: House,
  reference: string,
  eligible: (candidate: Candidate) => boolean = () => true,
): Promise<Candidate> {
  const [one] = await surveySome(house, (all) => [findImage(reference, all.filter(eligible))]);
  return one as Candidate;
}

/** Those that `choose` says: by all that decides about them, and the profiles API is asked about them alone. `known`: as above. */
export async function surveySome(
  house: House,
  choose: (all: readonly Candidate[]) => readonly Candidate[],
  known?: Promise<readonly GuestProfiles[]>,
): Promise<readonly Candidate[]> {
  const { facts, judge } = await look(house);
  const chosen = choose(judge()).map(({ input }) => input.subject);
  const keys = new Set(chosen.map(({ key }) => formatKey(key)));
  const images = new Set(chosen.map(({ image }) => image));
  const ask = house.askProfiles;
  const askThese: House["askProfiles"] =
    ask && (async (disk, cluster) => (keys.has(formatKey(disk.key)) ? ask(disk, cluster) : { answer: undefined }));
  const judged = judge(await askProfiles(facts, { ...house, askProfiles: askThese }, known));
  return judged.filter((one) => images.has(one.input.subject.image));
}

async function look(house: House) {
  const [facts, intents] = await Promise.all([gatherFacts(house), openIntents(house.objects, "survey", house.now())]);
  const judge = (asked?: Asked): readonly Candidate[] => candidatesOf(planInput(facts, {}, { house, intents, asked }));
  return { facts, judge };
}

export async function listImages(house: House): Promise<readonly ImageListing[]> {
  const candidates = await survey(house);
  return candidates
    .filter((candidate) => candidate.input.chain)
    .map((candidate) => listing(candidate, house))
    .sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

/** Of a disk without backups only what its cluster says. */
export function listing({ input, state }: Candidate, { settings, now }: House): ImageListing {
  const { subject, chain, disk, profiles } = input;
  const { marks = {} } = chain ?? {};
  const points = (chain?.snapshots ?? []).flatMap(({ ours }) => ours ?? []);
  const newest = Math.max(...points.map((point) => point.time));
  const { timezone, check } = settings;
  const late = profiles.filter((profile) => {
    const from = lateFrom(profile, points, { now: now(), timezone, grace: check?.grace });
    return from !== undefined && from < now();
  });
  return {
    ident: subject.guest,
    disk: subject.disk,
    uuid: subject.image,
    cluster: subject.cluster,
    guest: subject.guest,
    reference: shortName(subject),
    kind: chain?.kind ?? "current",
    size: chain?.size ?? disk?.size ?? 0,
    snapshots: points.length,
    lastGood: points.length > 0 ? new Date(newest).toISOString() : undefined,
    newest: newestByProfile(points),
    state: state.state,
    stateSince: state.since,
    late: state.state === "present" ? late.map((profile) => profile.name) : [],
    unproved: chain?.marks.unproved !== undefined,
    ...verificationOf(chain?.marks ?? {}),
    because: state.state === "present" ? undefined : state.because,
    held: (chain?.snapshots ?? []).filter(({ name }) => holdOfPoint(name, marks, now())).length,
    hold: holdOfChain(marks, now()),
    alarm: marks.alarm,
  };
}

function newestByProfile(points: readonly SnapshotName[]): ImageListing["newest"] {
  const newest = new Map<string, number>();
  for (const { profile, time } of points) newest.set(profile, Math.max(time, newest.get(profile) ?? 0));
  return Object.fromEntries([...newest].map(([profile, time]) => [profile, new Date(time).toISOString()]));
}

function verificationOf({ verified, suspect }: Marks): Pick<ImageListing, "verified" | "verifiedWhole" | "suspect"> {
  return {
    verified: verified && { how: verified.last.how, at: verified.last.at },
    verifiedWhole: verified?.whole,
    suspect: suspect === undefined ? undefined : describeSuspect(suspect),
  };
}

export async function listPoints(house: House, reference: string): Promise<readonly PointListing[]> {
  const candidate = await surveyOne(house, reference, hasChain);
  return pointsOf(candidate, await askImage(candidate, house), house);
}

/** All there is to say about one backup image, from one look. */
export async function inspectImage(house: House, reference: string): Promise<ImageInspection> {
  const candidate = await surveyOne(house, reference, hasChain);
  const told = await askImage(candidate, house);
  const [points, explanation] = [pointsOf(candidate, told, house), explainBy(candidate, told, house)];
  return { version: 1, kind: "image", image: listing(candidate, house), points, explanation };
}

/** All that the backup image says of itself. */
export interface Told {
  readonly metadata: Readonly<Record<string, string>>;
  readonly volume: readonly Moved[];
}

export async function askImage({ input: { chain } }: Candidate, { backup }: House): Promise<Told> {
  const metadata = (chain && (await backup.metadata(chain.image))) ?? {};
  return { metadata, volume: volumeOf({ marks: parseMarks(metadata), moved: chain?.moved }) };
}

export function pointsOf(
  { input: { chain, disk } }: Candidate,
  { metadata, volume }: Told,
  house: House,
): readonly PointListing[] {
  if (!chain) return [];
  const [moments, proofs] = [parseMoments(metadata), parseProofs(metadata)];
  const movedBy = new Map(volume.map(({ snapshot, bytes, wire }) => [snapshot, { bytes, wire }]));
  const shared = disk ? sharedSnapshots(disk, chain).map((one) => one.target) : [];
  return chain.snapshots.flatMap(({ id, name, size, ours }) => {
    if (!ours) return [];
    const live = name === shared.at(-1) ? "base" : shared.includes(name) ? "live" : "-";
    const creation = new Date(ours.time).toISOString();
    const { config, consistency } = moments.points[name] ?? {};
    const kept = config === undefined ? undefined : moments.configs[config];
    const point = {
      creation,
      uuid: name,
      profile: ours.profile,
      count: pointOf({ id, ours }, chain.marks)?.count ?? ours.count,
      id,
      size,
      live,
    } as const;
    const verified = Object.hasOwn(proofs, name) ? { verified: proofs[name] } : {};
    const came = movedBy.get(name);
    const hold = holdOfPoint(name, chain.marks, house.now()) ?? holdOfChain(chain.marks, house.now());
    const moment = { ...(consistency && { consistency }), ...(kept && { config: kept }) };
    return [{ ...point, ...verified, ...(came && { moved: came }), ...moment, ...(hold && { hold }) }];
  });
}

export async function explain(candidate: Candidate, house: House): Promise<Explanation> {
  return explainBy(candidate, await askImage(candidate, house), house);
}

export function explainBy(candidate: Candidate, { volume }: Told, house: House): Explanation {
  const last = volume.at(-1);
  const usual = usualVolume(volume, house.now());
  const packed = sumPacked(volume);
  const changed = last && {
    runs: volume.length,
    last: last.bytes,
    ...(usual !== undefined && { usual }),
    ...(packed && { packed }),
  };
  return { ...explainDisk(candidate), ...(changed && { changed }) };
}

function hasChain({ input }: Candidate): boolean {
  return input.chain !== undefined;
}

/** Smallest first, as the old tool had it. */
export async function listUsage(house: House): Promise<readonly ImageUsage[]> {
  const [usage, candidates] = await Promise.all([house.backup.usage(), survey(house)]);
  const used = new Map<string, number>();
  for (const { image, used: bytes } of usage) used.set(image, (used.get(image) ?? 0) + bytes);
  return candidates
    .flatMap(({ input: { chain, subject } }) => {
      if (!chain) return [];
      const snapshots = chain.snapshots.filter((snapshot) => snapshot.ours).length;
      const image = { uuid: chain.image, reference: shortName(subject), size: chain.size, snapshots };
      return [{ ...image, used: used.get(chain.image) ?? 0 }];
    })
    .sort((a, b) => a.used - b.used);
}
