import {
  describeError,
  type ImageVerification,
  type VerificationEvent,
  type VerificationReport,
} from "@backurne/model";
import { candidatesOf, failuresOf, type Candidate } from "@backurne/planner";
import pLimit from "p-limit";
import { gatherFacts, namesOf, type Facts } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { openLeases } from "./lease.ts";
import { needsTakeOver } from "./ownership.ts";
import { checkFilter, planInput } from "./plan.ts";
import { findImage } from "./reference.ts";
import { verifyChain, type VerifyContext } from "./verify-chain.ts";

/** How a chain is compared: whole, by one hash of each side's whole content, or a rolling share. */
export type Manner = "full" | "hash" | { readonly count: number; readonly of: number };

export interface VerifyOptions {
  readonly image?: string | undefined;
  readonly cluster?: string | undefined;
  readonly manner: Manner;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: VerificationEvent) => void) | undefined;
}

/** Compares the newest snapshot that both sides share, of one chain or of all. Never throws for a chain that failed. */
export async function verifyImages(
  house: House,
  { image, cluster, manner, signal, onEvent = () => undefined }: VerifyOptions,
): Promise<Omit<VerificationReport, "exit">> {
  checkFilter({ cluster }, house);
  const started = new Date(house.now()).toISOString();
  const [facts, intents] = await Promise.all([
    gatherFacts(house, cluster),
    openIntents(house.objects, "verify", house.now()),
  ]);
  const input = planInput(facts, { cluster }, { house, intents });
  const all = candidatesOf(input);
  const asked = image === undefined ? all.filter(hasBothSides) : [findImage(image, all.filter(hasChain))];
  onEvent({ kind: "planned", images: asked.length });
  const context: VerifyContext = {
    house,
    facts,
    manner,
    signal: signal ?? new AbortController().signal,
    leases: openLeases(house.objects, `${house.host} verification`, house.leaseTimes),
    onEvent,
    // What was the old tool's is compared like anything else, but nothing is written to it before somebody says so.
    writes: !(await isOldPool(facts, house)),
  };
  const images = await inTurn(asked, context);
  const failures = [...(image === undefined ? failuresOf(input) : unlisted(facts)), ...(await flush(facts))];
  const ended = new Date(house.now()).toISOString();
  return { version: 1, kind: "verification", started, ended, images, failures };
}

/** Who names an image wants nothing of other guests of its cluster. */
function unlisted({ clusters }: Facts): VerificationReport["failures"] {
  return clusters.flatMap(({ cluster: { name }, failure }) =>
    failure === undefined ? [] : [{ about: name, message: failure }],
  );
}

/** What was found is told, and stands on the images, though tables may be behind. */
async function flush({ catalog }: Facts): Promise<VerificationReport["failures"]> {
  try {
    await catalog.flush();
    return [];
  } catch (error) {
    return [{ about: "the backup pool", message: `its index could not be written: ${describeError(error)}` }];
  }
}

/** A few at a time: each reads as fast as its pools let it, on both sides. */
async function inTurn(candidates: readonly Candidate[], context: VerifyContext): Promise<readonly ImageVerification[]> {
  const { settings, clusters } = context.house;
  const lanes = new Map(clusters.map((one) => [one.settings.name, pLimit(Math.min(WIDTH, one.settings.liveWorker))]));
  const here = pLimit(Math.min(WIDTH, settings.backupWorker));
  return Promise.all(
    candidates.map((candidate) => {
      const work = (): Promise<ImageVerification> => here(() => verifyChain(candidate, context));
      const lane = lanes.get(candidate.input.subject.cluster);
      return lane ? lane(work) : work();
    }),
  );
}

const WIDTH = 4;

function isOldPool({ images, catalog }: Facts, { objects, settings }: House): Promise<boolean> {
  return needsTakeOver(objects, images, { catalog, names: namesOf(settings) });
}

function hasChain({ input }: Candidate): boolean {
  return input.chain !== undefined;
}

/** A closed generation, and one whose source is gone, have nothing to be compared with. */
function hasBothSides({ input: { chain, disk } }: Candidate): boolean {
  return chain?.kind === "current" && disk !== undefined;
}
