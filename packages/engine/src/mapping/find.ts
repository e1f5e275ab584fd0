import { BackurneError, printable, type MappedBackup, type Mapping } from "@backurne/model";
import { wallClock } from "@backurne/retention";

export interface UnmapRequest {
  /** A mapping's id, or a reference to an image that is mapped. */
  readonly image: string;
  readonly snapshot?: string | undefined;
}

/** The one mapping a person means. Nothing but the mappings themselves is asked: their backups may have gone. */
export function findMapping(request: UnmapRequest, mappings: readonly Mapping[], timezone: string): Mapping {
  const { image, snapshot } = request;
  const byId = mappings.find(({ id }) => id === image);
  if (byId !== undefined && snapshot === undefined) return byId;
  const exact = mappings.filter(({ backups }) => backups.some((one) => namesOf(one).includes(image)));
  const near = mappings.filter(({ backups }) =>
    backups.some((one) => namesOf(one).some((name) => name.includes(image))),
  );
  // An id that is gone is no part of another's name: whoever asks twice must not undo somebody else's.
  const isId = snapshot === undefined && /^m\d+$/.test(image);
  const found = (exact.length > 0 || isId ? exact : near).filter(
    ({ backups }) => snapshot === undefined || backups.some((one) => fits(one, snapshot, timezone)),
  );
  const [first, ...others] = snapshot === "latest" ? newest(found) : found;
  if (first === undefined) {
    const what = snapshot === undefined ? image : `${image} ${snapshot}`;
    throw new BackurneError("not-found", `nothing that is mapped fits ${printable(what)}`, {
      hint: "`backurne list-mapped` shows them all",
    });
  }
  if (others.length === 0) return first;
  const names = [first, ...others].map(({ id, backups }) => `${id} (${printable(backups[0]?.snapshot ?? "")})`);
  throw new BackurneError("usage", `${printable(image)} is mapped several times: ${names.join(", ")}`, {
    hint: "unmap takes the short id, too",
  });
}

function namesOf({ reference, image }: MappedBackup): readonly string[] {
  return [reference, image];
}

function fits({ snapshot, creation }: MappedBackup, wanted: string, timezone: string): boolean {
  if (wanted === "latest" || wanted === snapshot) return true;
  if (!wanted.startsWith("@") || wanted === "@") return false;
  const local = new Date(wallClock(Date.parse(creation), timezone)).toISOString().slice(0, -1);
  return local.startsWith(wanted.slice(1).replace(" ", "T"));
}

function newest(mappings: readonly Mapping[]): readonly Mapping[] {
  const time = ({ backups }: Mapping): number => Math.max(...backups.map(({ creation }) => Date.parse(creation)));
  const last = Math.max(...mappings.map(time));
  return mappings.filter((one) => time(one) === last);
}
