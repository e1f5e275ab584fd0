import { isRestoring, RESTORING, type ImagePlace, type RestoringMark } from "@backurne/model";
import type { RbdPool } from "@backurne/rbd";
import type { Reached } from "../../house.ts";
import { writePlace } from "../../restore/place.ts";
import { leaseOf, temporaryName } from "../../restore/temporary.ts";
import { forEachOf, type Found, type Scene } from "../probe.ts";
import { stateOf } from "./leases.ts";

/** A pool in which a restore may have left something, by every name it may have been told of it. */
interface Corner {
  readonly cluster: string;
  readonly names: readonly Pick<ImagePlace, "pool" | "namespace">[];
  readonly pool: RbdPool;
}

/** Images of restores that died: on the backup side, and in every live pool that is known. */
export async function restored(scene: Scene): Promise<readonly Found[]> {
  const { house, facts } = scene;
  const { pool, namespace } = house.settings.backup;
  const here: Corner = { cluster: "backup", names: [{ pool, namespace }], pool: house.backup };
  const left = (facts?.images ?? []).map(({ image }) => image).filter(isRestoring);
  const [own, live] = await Promise.all([
    forEachOf(
      left,
      (image) => image,
      (image) => judge(image, here, scene),
    ),
    forEachOf(
      addressesOf(scene),
      ({ about }) => about,
      (one) => lookInto(one, scene),
    ),
  ]);
  return [...own, ...live];
}

interface Address {
  readonly reached: Reached;
  readonly pool: string;
  readonly namespace: string;
  readonly about: string;
}

function addressesOf({ house, facts, sites }: Scene): readonly Address[] {
  const found = house.clusters.flatMap((reached) => {
    const { name } = reached.settings;
    const { disks = [], omitted = [] } = facts?.clusters.find(({ cluster }) => cluster.name === name) ?? {};
    const places = [
      ...[...disks, ...omitted].map(({ disk }) => disk),
      ...sites.filter(({ side, cluster }) => side === "live" && cluster === name).map(({ address }) => address),
    ];
    return places.map(({ pool, namespace }) => ({ reached, pool, namespace, about: `${name} (pool ${pool})` }));
  });
  return [...Map.groupBy(found, ({ about, namespace }) => `${about} ${namespace}`).values()].flatMap(
    ([first]) => first ?? [],
  );
}

async function lookInto({ reached, pool, namespace, about }: Address, scene: Scene): Promise<readonly Found[]> {
  const { name } = reached.settings;
  const destination = await reached.cluster.destination(pool, namespace);
  const { storage } = destination;
  // A storage is a pool and a namespace: whoever names it may leave the namespace out.
  const stored = storage === undefined ? [] : [namespace, ""].map((one) => ({ pool: storage, namespace: one }));
  const corner = { cluster: name, names: [{ pool, namespace }, ...stored], pool: destination.pool };
  const left = (await destination.pool.names()).filter(isRestoring);
  return forEachOf(
    left,
    (image) => `${about} ${image}`,
    (image) => judge(image, corner, scene),
  );
}

async function judge(image: string, corner: Corner, { house }: Scene): Promise<readonly Found[]> {
  const about = `${corner.cluster}/${corner.names[0]?.pool}/${image}`;
  const mark = readMark((await corner.pool.metadata(image))?.[RESTORING]);
  const place = mark && (await placeOf(image, mark.becomes, { corner, house }));
  if (place && (await stateOf(leaseOf(place), house)).held) return []; // it is under way
  const open = await corner.pool.watched(image);
  if (open === undefined) return []; // it has just gone, or got its name
  const what = mark
    ? `a restore of ${mark.image} that died on ${mark.host} left it; it was to become ${mark.becomes}`
    : "a restore that died left it";
  const why = "it takes space, and is nobody's disk";
  if (open) {
    const how = "find the process: rbd status shows its address";
    return [{ severity: "warning", about, what: `${what}; something still has it open`, why, how }];
  }
  if (!place) {
    const how = "rbd rm it when no restore runs, here or in another installation";
    return [{ severity: "info", about, what: `${what}; not by this configuration`, why, how }];
  }
  const how = "doctor --fix removes it; so does the same restore, begun again";
  return [
    { severity: "warning", about, what, why, how, fix: { kind: "remove unfinished", image, to: writePlace(place) } },
  ];
}

/** The place from which this name follows, under our configuration; undefined: none that we know. */
async function placeOf(
  image: string,
  becomes: string,
  { corner: { cluster, names }, house }: { readonly corner: Corner; readonly house: Scene["house"] },
): Promise<ImagePlace | undefined> {
  for (const name of names) {
    const place = { cluster, ...name, image: becomes };
    if ((await temporaryName(place, house)) === image) return place;
  }
  return undefined;
}

function readMark(text: string | undefined): RestoringMark | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as RestoringMark);
  } catch {
    return undefined;
  }
}
