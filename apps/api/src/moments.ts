import { BackurneError, describeError, type GuestInspection, type GuestMoment, type GuestPoint } from "@backurne/model";
import type { Scene } from "./scene.ts";

/** A guest, and the points of its disks that were made together. */
export interface WholeMoment {
  readonly moment: GuestMoment;
  /** Where it stands among those of the guest. */
  readonly index: number;
  readonly images: GuestInspection["images"];
}

type Around = Pick<Scene, "backurne" | "reads">;

/** One look for all who ask at once. @throws BackurneError as `findGuest` of the engine. */
export function lookAtGuest(reference: string, { backurne, reads }: Around): Promise<GuestInspection> {
  return reads.share(`guest ${reference}`, () => backurne.guest(reference));
}

/** @param at ISO 8601 @throws BackurneError `not-found`; as above. */
export async function findMoment(reference: string, at: unknown, around: Around): Promise<WholeMoment> {
  const { moments, images } = await lookAtGuest(reference, around);
  const time = typeof at === "string" ? Date.parse(at) : NaN;
  const index = moments.findIndex((one) => Date.parse(one.at) === time);
  const moment = moments[index];
  if (!moment) throw new BackurneError("not-found", "there is no such moment of this guest");
  return { moment, index, images };
}

/** Each disk once, by what is left of it; of twins the one that came with the stream. */
export function disksOf({ points }: GuestMoment): readonly GuestPoint[] {
  return [...new Map(points.toReversed().map((point) => [point.disk, point])).values()].reverse();
}

/** Its own hold, and not that of its whole image. */
export function isHeldAlone({ hold, image }: GuestPoint, images: GuestInspection["images"]): boolean {
  const whole = images.find(({ uuid }) => uuid === image)?.hold;
  return hold !== undefined && JSON.stringify(hold) !== JSON.stringify(whole);
}

export interface MomentHold {
  /** Epoch ms; nothing: without end. */
  readonly until?: number | undefined;
  readonly reason?: string | undefined;
}

type Doer = Pick<Scene, "backurne" | "now" | "log">;

/**
 * Every disk that has the moment is held there. @returns those disks
 * @throws BackurneError once all were tried, where one could not be held: which are, and which are not.
 */
export async function holdMoment(moment: GuestMoment, { until, reason }: MomentHold, scene: Doer) {
  const { backurne, now } = scene;
  if (until !== undefined && until <= now())
    throw new BackurneError("usage", "a hold until then would be over already");
  return oneByOne(disksOf(moment), { did: "held", scene }, async ({ image, snapshot }) => {
    await backurne.hold({ image, snapshot, until, reason });
  });
}

/** Nothing holds its points any more but what holds a whole image. @returns what was released @throws as `holdMoment` */
export async function releaseMoment({ moment, images }: WholeMoment, scene: Doer) {
  const held = moment.points.filter((point) => isHeldAlone(point, images));
  return oneByOne(held, { did: "released", scene }, async ({ image, snapshot }) => {
    await scene.backurne.release({ image, snapshot });
  });
}

type Place = Pick<GuestPoint, "disk" | "image" | "snapshot">;

/** What fails for one disk keeps no other from it; nobody is left to guess which are which. */
async function oneByOne(
  points: readonly GuestPoint[],
  { did, scene }: { readonly did: string; readonly scene: Pick<Doer, "log"> },
  work: (point: GuestPoint) => Promise<void>,
): Promise<readonly Place[]> {
  const done: Place[] = [];
  const failed: { readonly disk: string; readonly error: unknown }[] = [];
  for (const point of points) {
    const { disk, image, snapshot } = point;
    try {
      await work(point);
      done.push({ disk, image, snapshot });
    } catch (error) {
      failed.push({ disk, error });
    }
  }
  const [first] = failed;
  if (!first) return done;
  const tell = (error: unknown): string => {
    if (error instanceof BackurneError) return describeError(error);
    scene.log("a disk of several failed", error);
    return "an unforeseen error; the log of `backurne serve` says more";
  };
  const words = failed.map(({ disk, error }) => `${disk} is not ${did}: ${tell(error)}`);
  const others = [...new Set(done.map(({ disk }) => `${disk} is ${did}`))];
  const { error } = first;
  throw new BackurneError(
    error instanceof BackurneError ? error.code : "unexpected",
    [...words, ...others].join("; "),
    {
      cause: error,
      hint: (error instanceof BackurneError ? error.hint : undefined) ?? "the same once more does no harm",
    },
  );
}
