import { randomUUID } from "node:crypto";
import {
  BackurneError,
  describeError,
  formatKey,
  markKey,
  shortName,
  type ImageCounts,
  type Marks,
  type RecountOutcome,
  type RetentionReport,
} from "@backurne/model";
import {
  candidatesOf,
  findCollisions,
  recount,
  refusedAfter,
  type Candidate,
  type PlanInput,
  type Recount,
} from "@backurne/planner";
import pLimit from "p-limit";
import { requireClock } from "./clock.ts";
import { gatherFacts, namesOf, type Facts } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { openLeases, type Leases } from "./lease.ts";
import { hasChain, underLease, type Named } from "./on-chain.ts";
import { needsTakeOver, refuseOldPool } from "./ownership.ts";
import { checkFilter, planInput } from "./plan.ts";
import { askProfiles } from "./profiles.ts";
import { findImage } from "./reference.ts";

export interface ApplyRequest {
  readonly image?: string | undefined;
  /** Only images of this live cluster. */
  readonly cluster?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

interface Scene {
  readonly house: House;
  readonly facts: Facts;
  readonly input: PlanInput;
  readonly leases: Leases;
  readonly write: boolean;
}

interface Applied {
  readonly report: ImageCounts;
  /** Its rbd id, and what is said of it then; undefined: what was said before. */
  readonly counts?: readonly [imageId: string, counts: Marks["counts"]];
}

/** Chains whose leases are taken side by side. */
const WIDTH = 8;

/**
 * The counts of the configuration, the profiles API included, for the points that stand. Nothing is removed by it: the next
 * run does that, within its brakes.
 */
export async function applyCounts(house: House, request: ApplyRequest = {}): Promise<RetentionReport> {
  const { image, cluster, dryRun } = request;
  checkFilter({ cluster }, house);
  if (!dryRun) await requireClock(house); // the mark says when
  const run = randomUUID();
  const [facts, intents] = await Promise.all([gatherFacts(house), openIntents(house.objects, run, house.now())]);
  const names = namesOf(house.settings);
  const old = await needsTakeOver(house.objects, facts.images, { catalog: facts.catalog, names });
  if (old && !dryRun) throw refuseOldPool();
  const asked = await askProfiles(facts, house);
  const input = planInput(facts, {}, { house, intents, asked });
  const leases = openLeases(house.objects, `${house.host} retention ${run}`, house.leaseTimes);
  const scene = { house, facts, input, leases, write: !dryRun };
  const work = pLimit(WIDTH);
  const reasons = reasonsOf(input, house);
  const chosen = choose(candidatesOf(input).filter(hasChain) as Named[], { image, cluster });
  const applied = await Promise.all(
    chosen.map((candidate) => work(() => applyOne(candidate, reasons(candidate), scene))),
  );
  await facts.catalog.flush();
  const refused = refusedAfter(input, new Map(applied.flatMap(({ counts }) => (counts ? [counts] : []))));
  return {
    version: 1,
    kind: "retention",
    images: applied.map(({ report }) => report).sort((a, b) => (a.reference < b.reference ? -1 : 1)),
    ...(refused && { refused }),
    warnings: asked.warnings,
    failures: facts.clusters.flatMap(({ cluster: { name }, failure }) =>
      failure === undefined || (cluster !== undefined && cluster !== name) ? [] : [{ about: name, message: failure }],
    ),
  };
}

function choose(candidates: readonly Named[], { image, cluster }: ApplyRequest): readonly Named[] {
  const of = candidates.filter(({ input }) => cluster === undefined || input.subject.cluster === cluster);
  return image === undefined ? of : [findImage(image, of) as Named];
}

/** Why a chain is left alone; what is wanted for it is known only while its source is there and speaks for itself. */
function reasonsOf(input: PlanInput, { askProfiles: ask }: House): (candidate: Candidate) => string | undefined {
  const collisions = findCollisions(input);
  return ({ input: { chain, disk, subject }, state }) => {
    const key = formatKey(subject.key);
    if (chain?.marks.unreadable !== undefined) return `the mark ${chain.marks.unreadable}, which is not what we write`;
    if (chain?.kind === "closed") return "an old generation";
    if (state.state !== "present") return `${state.state}: ${state.because}`;
    if (collisions.keys.has(key)) return "its key is that of two sources, or two chains";
    if (ask && disk?.disk.vm && !input.answers?.has(key)) return "the profiles API did not say what applies to it";
    return undefined;
  };
}

async function applyOne(candidate: Named, because: string | undefined, scene: Scene): Promise<Applied> {
  const { subject, chain } = candidate.input;
  const found = recount(candidate.input);
  const say = (outcome: RecountOutcome, { profiles }: Pick<Recount, "profiles">, why?: string): ImageCounts => {
    const about = { reference: shortName(subject), image: subject.image, outcome };
    return { ...about, ...(why !== undefined && { because: why }), profiles };
  };
  if (because !== undefined) return { report: say("left alone", { profiles: [] }, because) };
  if (!found.changes) return { report: say("unchanged", found) };
  if (!scene.write) return { report: say("to apply", found), counts: [chain.imageId, found.counts] };
  try {
    const done = await write(candidate, scene);
    if (!done.changes) return { report: say("unchanged", done) };
    return { report: say("applied", done), counts: [chain.imageId, done.counts] };
  } catch (error) {
    const held = error instanceof BackurneError && error.code === "held";
    return { report: say(held ? "held" : "failed", found, describeError(error)) };
  }
}

/** Decided again by what stands there under the lease. */
function write(candidate: Named, { house, facts, leases }: Scene): Promise<Recount> {
  return underLease(candidate, { house, facts, leases }, async ({ chain, lease, remember }) => {
    const found = recount({ ...candidate.input, chain });
    if (!found.changes) return found;
    await lease.confirm();
    const key = markKey("counts");
    if (found.counts === undefined) await house.backup.removeMetadata(chain.image, key);
    else await house.backup.setMetadata(chain.image, key, JSON.stringify(found.counts));
    remember({ ...chain.marks, counts: found.counts });
    return found;
  });
}
