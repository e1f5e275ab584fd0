import { isDeepStrictEqual } from "node:util";
import {
  BackurneError,
  formatBase,
  markKey,
  needsEncoding,
  type BaseMark,
  type Marks,
  type SharedSnapshot,
  type SourceMark,
} from "@backurne/model";
import {
  chooseBase,
  recordIntervals,
  sharedSnapshots,
  volumeOf,
  type BaseChoice,
  type ChainFacts,
  type DiskFacts,
  type SnapshotFacts,
} from "@backurne/planner";
import type { ImageInfo, Snapshot } from "@backurne/rbd";
import type { JobContext } from "./context.ts";
import { entryOf } from "./catalog.ts";
import { claimFull } from "./fulls.ts";
import { namesOf, snapshotFacts } from "./gather.ts";
import { openHooks } from "./hooks.ts";
import { switchGeneration } from "./generation.ts";
import { acceptOldBase } from "./old-base.ts";
import { dropPartial, waitForWriter } from "./leftovers.ts";
import { partialName } from "./partial.ts";
import { recordMoment } from "./moments.ts";
import type { Made } from "./moment.ts";
import { finishPoint } from "./point.ts";
import { receive } from "./receive.ts";
import { describeSource } from "./source.ts";
import { judgeUntold } from "./untold.ts";
import { judgeMoved, sayUnmeasured, unmeasuredFull, volumeOfDisk } from "./volume.ts";

/** Both sides as they stand when a transfer has ended well. */
export interface Transferred {
  readonly chain: ChainFacts;
  readonly disk: DiskFacts;
  /** Name of the live snapshot it started from; undefined: a full. */
  readonly base: string | undefined;
}

interface Source {
  readonly chain: ChainFacts | undefined;
  readonly made: Made;
}

/** Bytes, commit, twins, proof. Whatever fails, no name stands on the backup side without its bytes. */
export async function transferDisk(source: Source, context: JobContext): Promise<Transferred> {
  const { guest, disk, names } = source.made;
  const hooks = openHooks(context, guest);
  const of = { disk: disk.disk, names, context };
  try {
    const transferred = await move(source, context);
    await hooks.after("post_transfer", { ...of, outcome: "done" });
    return transferred;
  } catch (error) {
    await hooks.after("post_transfer", { ...of, outcome: "failed" });
    throw error;
  }
}

async function move({ chain: found, made }: Source, context: JobContext): Promise<Transferred> {
  const { emit, job } = context;
  const { names, disk } = made;
  try {
    context.stop.throwIfAborted();
    const chain = found && (await judgeUntold(found, context));
    const { base, info } = await settleBase(made.disk, chain, context);
    if (base.kind === "full") claimFull(base.because, context);
    let started = performance.now();
    const mode = base.kind === "base" ? "incremental" : "full";
    const from = base.kind === "base" ? base.live.name : undefined;
    const about = { job, mode, snapshot: made.snapshot.name, names } as const;
    const announce = async (): Promise<void> => {
      started = performance.now();
      emit({ kind: "transfer-started", ...about, base: from, bytes: await expectBytes(disk, from, context) });
    };
    const { bytes, wire, ...transferred } =
      base.kind === "base" && chain
        ? await receiveIncremental({ made, chain, base, announce, info }, context)
        : await receiveFull({ made, chain, announce, info }, context);
    context.intents.settle(context.candidate.input.subject.key, made.snapshot.name);
    const milliseconds = Math.round(performance.now() - started);
    emit({ kind: "transfer-ended", ...about, bytes, ...(wire !== undefined && { wire }), milliseconds });
    return { ...transferred, base: from };
  } catch (error) {
    await dropLiveSnapshot(made, context);
    throw error;
  }
}

/** One more call on the live side, so only where somebody watches; what the last transfer moved is a guess for nothing. */
async function expectBytes(
  disk: DiskFacts,
  base: string | undefined,
  context: JobContext,
): Promise<number | undefined> {
  const { candidate, watched, reached } = context;
  const last = base === undefined ? undefined : candidate.input.chain?.lastBytes;
  if (!watched) return last;
  return reached?.cluster
    .pool(disk.disk)
    .changedBytes(disk.disk.image, base)
    .catch(() => last);
}

/** The base by the facts of this moment. Where ids alone do not prove the image, it is asked for its id. */
async function settleBase(
  disk: DiskFacts,
  chain: ChainFacts | undefined,
  context: JobContext,
): Promise<{ readonly base: BaseChoice; readonly info: ImageInfo | undefined }> {
  const base = chooseBase(disk, chain);
  if (base.kind === "base" && !base.unproved) return { base, info: undefined };
  const info = await context.reached?.cluster.pool(disk.disk).info(disk.disk.image);
  if (info?.id !== disk.source.id) {
    throw new BackurneError("unexpected", "the live image was made anew while this run was under way", {
      hint: "the next run starts a new generation for it",
    });
  }
  return { base: base.kind === "base" && chain ? await acceptOldBase({ disk, chain, base }, context) : base, info };
}

interface Incremental {
  readonly made: Made;
  readonly chain: ChainFacts;
  readonly base: BaseChoice & { kind: "base" };
  /** Of the live image, where it was asked. */
  readonly info: ImageInfo | undefined;
  announce(): Promise<void>;
}

async function receiveIncremental({ made, chain, base, announce, info }: Incremental, context: JobContext) {
  const { house, lease, stop } = context;
  const { backup } = house;
  const target = chain.image;
  await waitForWriter(chain, context);
  const older = sharedSnapshots(made.disk, chain).map(({ live }) => sharedOf(live, chain));
  const volume = volumeOf(chain);
  const mark = { ...baseMark(made, older.reverse()), ...(volume.length > 0 && { volume }) };
  const { size } = made.snapshot;
  const source = await describeSource({ disk: made.disk, size, known: chain.marks.source, info }, context);
  const unproved = base.unproved ? { since: new Date(house.now()).toISOString() } : chain.marks.unproved;
  if (base.unproved) await writeMark(target, "unproved", unproved, context);
  await writeBase(target, mark, source, context);
  const intervals = await rememberIntervals(target, chain, context);
  const guest = await recordMoment({ target, made, marks: chain.marks, standing: chain.snapshots }, context);
  stop.throwIfAborted();
  await lease.confirm();
  await backup.rollback(target, base.target);
  if (base.target !== base.live.name) {
    // Its twin stands on the target, but import-diff asks for the base by name: of this head, and of no other's.
    await lease.confirm();
    await backup.createSnapshot(target, base.live.name);
  }
  const { bytes, wire, live } = await bulk(context, announce, () =>
    receive({ disk: made.disk, made: made.snapshot, base: base.live.name, target }, context),
  );
  const snapshots = await finishPoint(target, made, context);
  const moved = { at: new Date(house.now()).toISOString(), bytes, wire, snapshot: made.snapshot.name };
  const { untold, ...judged } = await judgeMoved({ ...chain.marks, target, volume, moved }, context);
  const marks = { ...chain.marks, source, base: mark, intervals, unproved, guest, ...judged };
  const now = { ...chain, snapshots, marks, lastBytes: bytes, moved: untold ? chain.moved : moved };
  context.facts.catalog.put(entryOf(now, marks));
  return { bytes, wire, chain: now, disk: withLive(made.disk, live, context) };
}

async function receiveFull(
  { made, chain, announce, info }: Omit<Incremental, "chain" | "base"> & { chain: ChainFacts | undefined },
  context: JobContext,
) {
  const { house, candidate, resource } = context;
  const { backup } = house;
  const { disk } = made;
  const name = { ...disk.disk.key, comment: disk.disk.comment };
  const { image } = candidate.input.subject;
  const target = partialName(resource);
  if ((await backup.create(target, { size: made.snapshot.size })) === "exists") {
    await dropPartial(target, context);
    if ((await backup.create(target, { size: made.snapshot.size })) === "exists") {
      throw new BackurneError("unexpected", `${target} was removed and is there again`, {
        hint: "an earlier first backup left it; remove it by hand if nothing writes to it",
      });
    }
  }
  const volume = volumeOfDisk(chain, disk);
  const mark = { ...baseMark(made, []), becomes: image, ...(volume.length > 0 && { volume }) };
  const unmeasured = unmeasuredFull(volume, made.snapshot.name, context);
  const source = await describeSource({ disk, size: made.snapshot.size, known: undefined, info }, context);
  await Promise.all([
    writeBase(target, mark, source, context),
    ...(needsEncoding(name) ? [writeMark(target, "encoded", true, context)] : []),
    ...(unmeasured ? [writeMark(target, "unmeasured", unmeasured, context)] : []),
  ]);
  const intervals = await rememberIntervals(target, { snapshots: [], marks: {} }, context);
  const guest = await recordMoment({ target, made, marks: {}, standing: [] }, context);
  const { bytes, wire, live } = await bulk(context, announce, () =>
    receive({ disk, made: made.snapshot, target }, context),
  );
  const snapshots = await finishPoint(target, made, context);
  if (unmeasured) sayUnmeasured(image, context);
  const inherited = await switchGeneration({ partial: target, image, old: chain }, context);
  const marks = {
    ...inherited,
    source,
    base: mark,
    intervals,
    guest,
    ...(needsEncoding(name) ? { encoded: true } : {}),
    ...(unmeasured ? { unmeasured } : {}),
  };
  context.facts.catalog.putNamed(image, { marks, newest: snapshots.at(-1)?.name, bytes });
  const facts = {
    image,
    imageId: "",
    kind: "current",
    key: name,
    comment: name.comment,
    size: made.snapshot.size,
  } as const;
  return { bytes, wire, chain: { ...facts, snapshots, marks }, disk: withLive(disk, live, context) };
}

/** Points of a named profile outlive its place in the configuration: the interval they were made under is written on the image. */
async function rememberIntervals(
  target: string,
  chain: Pick<ChainFacts, "snapshots" | "marks">,
  context: JobContext,
): Promise<Marks["intervals"]> {
  const intervals = recordIntervals(chain, context.candidate.input.profiles);
  if (!isDeepStrictEqual(intervals, chain.marks.intervals)) await writeMark(target, "intervals", intervals, context);
  return intervals;
}

/** Transfers are bounded per live cluster and for this host. */
function bulk<T>(context: JobContext, announce: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const { transfers, receives, candidate, stop } = context;
  const lane = transfers.get(candidate.input.subject.cluster);
  const start = (): Promise<T> =>
    receives(async () => {
      stop.throwIfAborted();
      await announce();
      return work();
    });
  return lane ? lane(start) : start();
}

function baseMark({ names, snapshot }: Made, older: readonly SharedSnapshot[]): BaseMark {
  const { name, id } = snapshot;
  return { name, id, shared: [{ name, id, twins: names.slice(1) }, ...older] };
}

function sharedOf(live: SnapshotFacts, chain: ChainFacts): SharedSnapshot {
  const recorded = chain.marks.base?.shared.find((shared) => shared.name === live.name);
  return { name: live.name, id: live.id, twins: recorded?.twins };
}

function withLive(disk: DiskFacts, live: readonly Snapshot[], { house }: JobContext): DiskFacts {
  return { ...disk, snapshots: snapshotFacts(live, namesOf(house.settings)) };
}

/** What it announces is believed by whoever comes next, and the live side was asked since we last looked: only under our lease. */
async function writeBase(
  image: string,
  base: BaseMark,
  source: SourceMark,
  { house, lease }: JobContext,
): Promise<void> {
  await lease.confirm();
  await house.backup.setMetadata(image, markKey("base"), formatBase(base, source));
}

async function writeMark(
  image: string,
  key: Parameters<typeof markKey>[0],
  value: unknown,
  { house, lease }: JobContext,
): Promise<void> {
  await lease.confirm();
  await house.backup.setMetadata(image, markKey(key), JSON.stringify(value));
}

/** What was made for a transfer that failed; kept when its bytes may have arrived after all. */
async function dropLiveSnapshot({ names, disk }: Made, context: JobContext): Promise<void> {
  const { house, reached, candidate, resource, intents } = context;
  const [name] = names as [string];
  try {
    const images = [candidate.input.subject.image, partialName(resource)];
    const standing = await Promise.all(images.map((image) => house.backup.snapshots(image)));
    if (standing.flatMap((snapshots) => snapshots ?? []).some((snapshot) => snapshot.name === name)) return;
    await reached?.cluster.pool(disk.disk).removeSnapshot(disk.disk.image, name);
    intents.settle(candidate.input.subject.key, name);
  } catch {
    // The error under way says what is wrong; the next run finds the name among the intents and removes it.
  }
}
