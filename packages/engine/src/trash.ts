import {
  BackurneError,
  formatKey,
  markKey,
  parseImageName,
  printable,
  readTrashMark,
  shortName,
  type Subject,
  type TrashListing,
  type TrashMark,
} from "@backurne/model";
import type { TrashedImage } from "@backurne/rbd";
import { formatInstant } from "@backurne/retention";
import pLimit from "p-limit";
import type { House } from "./house.ts";
import type { Lease } from "./lease.ts";

/** Clocks of the host and of the cluster differ by a minute at most while anything is moved. */
const TOLERANCE = 10 * 60_000;

export interface Going {
  readonly image: string;
  readonly subject: Subject;
  readonly because: string;
}

/** Called under the lease of its chain. The mark goes first: without it nobody would bring the image back, or empty it. */
export async function moveToTrash(
  { image, subject, because }: Going,
  { house, lease }: { readonly house: House; readonly lease: Lease },
): Promise<void> {
  const at = new Date(house.now()).toISOString();
  const mark: TrashMark = { at, because, of: formatKey(subject.key), reference: shortName(subject) };
  await lease.confirm();
  await house.backup.setMetadata(image, markKey("trashed"), JSON.stringify(mark));
  await lease.confirm();
  await house.backup.trash(image, house.settings.trashDays);
}

/** An image of ours in the trash. */
export interface Trashed extends TrashedImage {
  readonly mark: TrashMark;
}

/** What we moved there. Of all else, with names like ours too, nothing is known and nothing is touched. */
export async function readTrash(
  { trash }: House,
  wanted: (image: TrashedImage) => boolean = () => true,
): Promise<readonly Trashed[]> {
  const listed = (await trash.list()).filter((image) => isBackup(image.name) && wanted(image));
  const ask = pLimit(8);
  const marked = await Promise.all(
    listed.map((image) =>
      ask(async () => {
        const mark = readTrashMark(await trash.metadata(image.id, markKey("trashed")));
        return mark && isOurs(image, mark) ? { ...image, mark } : undefined;
      }),
    ),
  );
  return marked.filter((one) => one !== undefined).sort((a, b) => a.ends - b.ends || (a.id < b.id ? -1 : 1));
}

function isBackup(name: string): boolean {
  return ["current", "closed"].includes(parseImageName(name).kind);
}

/** Somebody may have brought an image back by hand, and moved it there again: that was not us. */
function isOurs({ trashed }: TrashedImage, { at }: TrashMark): boolean {
  return Math.abs(trashed - Date.parse(at)) <= TOLERANCE;
}

export function listingOf({ id, name, trashed, ends, mark }: Trashed): TrashListing {
  const { reference, because } = mark;
  return { id, image: name, reference, trashed: formatInstant(trashed), ends: formatInstant(ends), because };
}

/** By its id, its name, its short name, or any part that fits only one. */
export function findTrashed(reference: string, trashed: readonly Trashed[]): Trashed {
  const namesOf = ({ id, name, mark }: Trashed): readonly string[] => [id, name, mark.reference];
  const exact = trashed.filter((one) => namesOf(one).includes(reference));
  const found =
    exact.length > 0 ? exact : trashed.filter((one) => namesOf(one).some((name) => name.includes(reference)));
  const [first, ...others] = found;
  if (!first) {
    throw new BackurneError("not-found", `nothing in the trash fits ${printable(reference)}`, {
      hint: "`backurne trash ls` shows what we put there",
    });
  }
  if (others.length === 0) return first;
  const names = found.map(({ id, mark }) => `${printable(mark.reference)} (${id})`).join(", ");
  throw new BackurneError("usage", `${printable(reference)} fits several images in the trash: ${names}`, {
    hint: "name one of them by its id",
  });
}
