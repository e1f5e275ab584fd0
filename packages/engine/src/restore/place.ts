import type { Destination } from "@backurne/cluster";
import { BackurneError, isRestoring, parseImageName, printable, type ImagePlace } from "@backurne/model";
import type { House } from "../house.ts";

/** What the backup cluster itself is called in destinations. */
const BACKUP = "backup";

/** `CLUSTER/POOL/NAME` or `CLUSTER/POOL/NAMESPACE/NAME`. */
export function readPlace(text: string): ImagePlace {
  const parts = text.split("/");
  const [cluster = "", pool = "", ...rest] = parts;
  const [namespace, image] = rest.length > 1 ? rest : ["", rest[0]];
  if (parts.length > 4 || parts.includes("") || image === undefined) {
    throw new BackurneError("usage", `${printable(text)} is no place for a disk`, {
      hint: "it is CLUSTER/POOL/NAME or CLUSTER/POOL/NAMESPACE/NAME; the backup cluster is called backup",
    });
  }
  if (/[@\0]/.test(image) || isRestoring(image)) {
    throw new BackurneError("usage", `an image cannot be called ${printable(image)}`, { hint: "choose another name" });
  }
  return { cluster, pool, namespace: namespace ?? "", image };
}

export function writePlace({ cluster, pool, namespace, image }: ImagePlace): string {
  return [cluster, pool, namespace, image].filter(Boolean).join("/");
}

/** The pool a disk goes to; it exists. A live cluster called `backup` is the live one. */
export async function openPlace(place: ImagePlace, house: House): Promise<Destination> {
  const { cluster, pool, namespace, image } = place;
  const reached = house.clusters.find(({ settings }) => settings.name === cluster);
  if (!reached && cluster !== BACKUP) {
    const names = [...house.clusters.map(({ settings }) => settings.name), BACKUP];
    throw new BackurneError("usage", `there is no cluster ${printable(cluster)}`, {
      hint: `there are: ${names.join(", ")}`,
    });
  }
  const destination = reached
    ? await reached.cluster.destination(pool, namespace)
    : house.openBackup({ ...house.settings.backup, pool, namespace });
  if (!(await destination.pool.exists())) {
    const missing = namespace === "" ? pool : `${pool}/${namespace}`;
    throw new BackurneError("usage", `there is no pool ${printable(missing)} on ${cluster}`);
  }
  await refuseChainName(image, destination, house);
  return destination;
}

/** In the backup pool such a name says that the image is a backup, or a part of one. */
async function refuseChainName(image: string, { address, objects }: Destination, house: House): Promise<void> {
  const { pool, namespace } = house.settings.backup;
  if (address.pool !== pool || address.namespace !== namespace) return;
  if (parseImageName(image).kind === "foreign" && !/^(restore|partial|closed)-/.test(image)) return;
  if ((await objects.fsid()) !== (await house.objects.fsid())) return;
  throw new BackurneError(
    "usage",
    `in the backup pool an image called ${printable(image)} would be taken for a backup`,
    {
      hint: "choose a name without ; that does not begin with restore-, partial- or closed-",
    },
  );
}
