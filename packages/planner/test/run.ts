import {
  formatClosedName,
  formatKey,
  type GoneMark,
  type Job,
  type Plan,
  type SharedSnapshot,
  type Step,
} from "@backurne/model";
import {
  GONE_AFTER,
  GONE_RUNS,
  planRun,
  recordIntervals,
  sharedSnapshots,
  snapshotNames,
  type PlanInput,
} from "../src/index.ts";
import {
  changeCopy,
  changeImage,
  copyOf,
  day,
  imageOf,
  sameKey,
  snap,
  type Copy,
  type LiveImage,
  type Snap,
  type World,
} from "./world.ts";

/** What a run sees. */
export function factsOf(world: World, now: number, more: Partial<PlanInput> = {}): PlanInput {
  const clusters = world.live.map(({ cluster, fsid, images, down }) => {
    // As the engine gathers them: an empty listing while there are backups is no listing.
    const empty = images.length === 0 && world.pool.some(({ key }) => key.ident === cluster.identPrefix + cluster.name);
    if (down) return { cluster, disks: undefined, failure: "ssh: connection refused" };
    return empty
      ? { cluster, fsids: [fsid], disks: undefined, failure: "lists nothing" }
      : { cluster, fsids: [fsid], disks: images };
  });
  const intended = (key: Copy["key"], name: string): boolean => world.intents.includes(lineOf(key, name));
  return {
    clusters,
    pool: { chains: world.pool, intended },
    now,
    filter: { cleanLive: true, cleanBackup: true },
    policy: { extraRetention: 30 * day, timezone: "Europe/Paris" },
    ...more,
  };
}

function lineOf(key: Copy["key"], snapshot: string): string {
  return `${formatKey(key)} ${snapshot}`;
}

/** What the engine writes down of sources that a complete listing does not show (its sightings.ts). */
export function recordSightings(world: World, now: number): World {
  const { clusters } = factsOf(world, now);
  const at = new Date(now).toISOString();
  const pool = world.pool.map((copy): Copy => {
    const facts = clusters.find(({ cluster }) => cluster.identPrefix + cluster.name === copy.key.ident);
    if (copy.kind !== "current" || !facts?.disks || facts.fsids === undefined) return copy;
    if (facts.disks.some(({ disk }) => sameKey(disk.key, copy.key))) {
      return { ...copy, marks: { ...copy.marks, gone: undefined } };
    }
    if (copy.marks.source && copy.marks.source.fsid !== facts.fsids[0]) return copy;
    return { ...copy, marks: { ...copy.marks, gone: seenMissing(copy.marks.gone, at, facts.fsids.join()) } };
  });
  return { ...world, pool };
}

function seenMissing(gone: GoneMark | undefined, at: string, fsid: string): GoneMark {
  if (!gone || gone.fsid !== fsid) return { since: at, last: at, runs: 1, fsid };
  const confirmed = gone.runs >= GONE_RUNS && Date.parse(gone.last) - Date.parse(gone.since) >= GONE_AFTER;
  return confirmed ? gone : { ...gone, last: at, runs: gone.runs + 1 };
}

export interface Ran {
  readonly world: World;
  readonly input: PlanInput;
  readonly plan: Plan;
}

/** One run from looking to doing. */
export function runOnce(before: World, now: number, more: Partial<PlanInput> = {}): Ran {
  const seen = recordSightings(before, now);
  const input = factsOf(seen, now, more);
  const plan = planRun(input);
  return { world: carryOut(seen, plan, now), input, plan };
}

/** Where a run dies in one of its jobs; all jobs before it have ended well, those after it were never begun. */
export interface Crash {
  readonly job: number;
  readonly at: "snapshot" | "announced" | "committed" | "first removal";
}

/** The plan, step by step, and nothing else. Throws where a step does what no run may do. */
export function carryOut(world: World, plan: Plan, now: number, crash?: Crash): World {
  const jobs = crash ? plan.jobs.slice(0, crash.job + 1) : plan.jobs;
  return jobs.reduce((one, job, index) => runJob(one, job, now, index === crash?.job ? crash.at : undefined), world);
}

function runJob(world: World, job: Job, now: number, crash: Crash["at"] | undefined): World {
  let left = world;
  let removed = 0;
  for (const step of job.steps) {
    if (step.kind === "snapshot") left = makeSnapshot(left, job, { step, now, crash });
    if (step.kind === "transfer") {
      if (crash === "snapshot") return left;
      left = transfer(left, job, { step, now, crash });
      if (crash === "announced" || crash === "committed") return left;
    }
    if (step.kind === "remove") {
      left = remove(left, job, step);
      removed += 1;
      if (crash === "first removal" && removed === 1) return left;
    }
    if (step.kind === "trash") left = { ...left, pool: left.pool.filter(({ image }) => image !== step.image) };
  }
  return left;
}

interface At<S extends Step["kind"]> {
  readonly step: Extract<Step, { kind: S }>;
  readonly now: number;
  readonly crash: Crash["at"] | undefined;
}

function makeSnapshot(world: World, { subject }: Job, { step, now, crash }: At<"snapshot">): World {
  const [name] = snapshotNames(step.names, "backup", now) as [string];
  const id = world.last + 1;
  if (imageOf(world, subject.key)?.snapshots.some((one) => one.name === name))
    throw new Error(`${name} stands already`);
  const made = changeImage(world, subject.key, (image) => ({
    ...image,
    snapshots: [...image.snapshots, snap(id, name, { size: image.size })],
  }));
  // Runs that end well forget what they had intended.
  return { ...made, last: id, intents: crash ? [...world.intents, lineOf(subject.key, name)] : world.intents };
}

function transfer(world: World, job: Job, { step, now, crash }: At<"transfer">): World {
  const image = imageOf(world, job.subject.key) as LiveImage;
  const made = image.snapshots.at(-1) as Snap;
  const due = job.steps.find((one) => one.kind === "snapshot")?.names ?? [];
  const all = snapshotNames(due, "backup", now);
  const old = copyOf(world, job.subject.key);
  const profiles = world.live.find(({ cluster }) => cluster.name === job.subject.cluster)?.cluster.profiles ?? [];
  const record = (of: Parameters<typeof recordIntervals>[0]) => recordIntervals(of, profiles);
  const shared: SharedSnapshot = { name: made.name, id: made.id, twins: all.slice(1) };
  const standing = crash === "announced" ? [] : crash === "committed" ? all.slice(0, 1) : all;
  const points = standing.map((name, index) => ({ ...made, name, id: world.last + 1 + index, ours: read(name) }));
  const last = world.last + points.length;
  if (step.mode === "full") {
    if (crash === "announced") return world; // a partial, which is no chain
    const pool = world.pool.filter((copy) => copy !== old);
    const closed = old && { ...old, kind: "closed" as const, image: formatClosedName(old.image, old.imageId, now) };
    const copy: Copy = {
      image: job.subject.image,
      imageId: `copy${last}`,
      kind: "current",
      key: job.subject.key,
      comment: image.disk.comment,
      size: image.size,
      snapshots: points,
      marks: {
        source: image.source,
        base: { ...shared, shared: [shared] },
        intervals: record({ snapshots: [], marks: {} }),
      },
    };
    return { ...world, last, pool: [...pool, ...(closed ? [closed] : []), copy] };
  }
  if (!old) throw new Error("an incremental into nothing");
  proveBase(image, old, step.base);
  const older = sharedSnapshots(image, old).map(({ live }) => ({
    name: live.name,
    id: live.id,
    twins: old.marks.base?.shared.find((one) => one.name === live.name)?.twins,
  }));
  return changeCopy({ ...world, last }, old.image, (copy) => ({
    ...copy,
    size: image.size,
    snapshots: [...copy.snapshots, ...points],
    marks: {
      ...copy.marks,
      source: image.source,
      base: { ...shared, shared: [shared, ...older.toReversed()] },
      intervals: record(old),
    },
  }));
}

/** The bytes of the base are the same on both sides. A twin stands in for a base whose own name has expired. */
function proveBase(image: LiveImage, copy: Copy, base: string | undefined): void {
  const live = image.snapshots.find((one) => one.name === base);
  if (!live) throw new Error(`there is no base ${base}`);
  if (!copy.snapshots.some((one) => one.content === live.content)) throw new Error(`${base} was never received`);
}

function read(name: string): Snap["ours"] {
  return snap(0, name).ours;
}

function remove(world: World, { subject }: Job, step: Extract<Step, { kind: "remove" }>): World {
  const drop = <T extends { readonly snapshots: readonly Snap[] }>(one: T): T => {
    const gone = one.snapshots.find(({ name }) => name === step.snapshot);
    if (!gone) throw new Error(`${step.snapshot} does not stand on ${step.side} ${step.image}`);
    if (!gone.ours || gone.by !== "us") throw new Error(`${step.snapshot} is not ours`);
    return { ...one, snapshots: one.snapshots.filter((each) => each !== gone) };
  };
  return step.side === "backup" ? changeCopy(world, step.image, drop) : changeImage(world, subject.key, drop);
}
