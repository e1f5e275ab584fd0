import type { Destination } from "@backurne/cluster";
import {
  BackurneError,
  parseMarks,
  parseMoments,
  shortName,
  type ImagePlace,
  type Restoration,
  type Subject,
} from "@backurne/model";
import type { ChainFacts, SnapshotFacts } from "@backurne/planner";
import { doubtsOf } from "../doubts.ts";
import type { House } from "../house.ts";
import { survey } from "../list.ts";
import { findImage, findPoint } from "../reference.ts";
import { lineOf, nextSteps } from "./next.ts";
import { openPlace, readPlace, writePlace } from "./place.ts";
import { settleShape } from "./shape.ts";

/** What is to be restored, as a person says it. */
export interface RestoreRequest {
  /** A reference to an image, and to a snapshot of it. */
  readonly image: string;
  readonly snapshot: string;
  /** `CLUSTER/POOL/NAME` or `CLUSTER/POOL/NAMESPACE/NAME`. */
  readonly to: string;
}

/** Everything that can be found out before anything is written. */
export interface Prepared {
  readonly subject: Subject;
  readonly chain: ChainFacts;
  readonly point: SnapshotFacts;
  readonly destination: Destination;
  readonly plan: Restoration;
}

/** Reads only. @throws BackurneError `refused` when an image of that name stands there: nothing is ever restored over one. */
export async function prepareRestore({ image, snapshot, to }: RestoreRequest, house: House): Promise<Prepared> {
  const place = readPlace(to);
  const candidates = (await survey(house)).filter((one) => one.input.chain);
  const { subject, chain, disk } = findImage(image, candidates).input;
  if (!chain) throw new BackurneError("not-found", `there is no backup of ${shortName(subject)}`);
  const about = { image: shortName(subject), timezone: house.settings.timezone };
  const point = findPoint(snapshot, chain.snapshots, about);
  const destination = await openPlace(place, house);
  await refuseExisting(place, destination);
  // What the image says about itself, not what the catalog remembers of it.
  const metadata = (await house.backup.metadata(chain.image)) ?? {};
  const marks = parseMarks(metadata);
  const moments = parseMoments(metadata);
  const { shape, warnings } = await settleShape(marks.source?.shape, { destination, place });
  const config = moments.configs[moments.points[point.name]?.config ?? ""];
  const guest = config && { config, disk: disk?.disk.disk ?? subject.disk, image: marks.source?.image };
  const line = guest && lineOf(guest);
  const plan: Restoration = {
    version: 1,
    kind: "restoration",
    outcome: "planned",
    reference: shortName(subject),
    image: chain.image,
    snapshot: point.name,
    creation: new Date(point.ours?.time ?? 0).toISOString(),
    to: place,
    size: point.size,
    shape,
    warnings: [...doubtsOf(marks), ...warnings],
    guest: config,
    line,
    next: nextSteps(place, destination, guest && { ...guest, line }),
  };
  return { subject, chain, point, destination, plan };
}

async function refuseExisting(place: ImagePlace, { pool }: Destination): Promise<void> {
  if ((await pool.info(place.image)) !== undefined) throw existsAlready(place);
}

export function existsAlready(place: ImagePlace): BackurneError {
  return new BackurneError("refused", `${writePlace(place)} exists, and nothing is ever restored over an image`, {
    hint: "restore under another name, then rename both",
  });
}
