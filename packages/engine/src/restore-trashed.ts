import {
  BackurneError,
  formatClosedName,
  formatKey,
  markKey,
  parseImageName,
  printable,
  type Hold,
  type SourceState,
  type TrashRestored,
} from "@backurne/model";
import { candidatesOf, type Candidate } from "@backurne/planner";
import { entryOf } from "./catalog.ts";
import { gatherFacts, type Facts } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { openLeases } from "./lease.ts";
import { planInput } from "./plan.ts";
import { findTrashed, readTrash, type Trashed } from "./trash.ts";

/** What nobody could look for tonight may be known as gone the next time. */
const FADING: readonly (SourceState | undefined)[] = ["vanished", "unlistable"];

/** The image is back with its marks and snapshots. Where its policy would let it go again at once, it is held. */
export async function restoreTrashed(house: House, reference: string): Promise<TrashRestored> {
  const trashed = findTrashed(reference, await readTrash(house));
  const { of, reference: name } = trashed.mark;
  const leases = openLeases(house.objects, `${house.host} trash restore`, house.leaseTimes);
  const lease = await leases.acquire(of);
  if (!lease) {
    const holder = (await leases.holder(of)) ?? "another run";
    throw new BackurneError("held", `${printable(name)} is held by ${holder}: nothing was changed`, {
      hint: "try again when that has ended",
    });
  }
  try {
    const image = await nameFor(trashed, house);
    await lease.confirm();
    if ((await house.trash.restore(trashed.id, image)) !== "restored") {
      throw new BackurneError(
        "unexpected",
        `${printable(image)} was not restored: the trash or the pool has just changed`,
        {
          hint: "`backurne trash ls` and `backurne ls` show what is there now",
        },
      );
    }
    await house.backup.removeMetadata(image, markKey("trashed"));
    const { facts, candidate } = await lookFor(image, house);
    const hold = FADING.includes(candidate?.state.state) ? await keep(image, house) : undefined;
    const { chain } = candidate?.input ?? {};
    if (chain) {
      const marks = { ...chain.marks, trashed: undefined, ...(hold && { hold }) };
      facts.catalog.put(entryOf(chain, marks));
      await facts.catalog.flush();
    }
    const points = (chain?.snapshots ?? []).filter(({ ours }) => ours).length;
    return { version: 1, kind: "trash-restored", reference: name, image, points, ...(hold && { hold }) };
  } finally {
    await lease.release();
  }
}

/** Its own, unless a chain of the same disk has begun anew meanwhile: then it comes back as an old generation of that. */
async function nameFor({ id, name, mark }: Trashed, house: House): Promise<string> {
  if (parseImageName(name).kind === "closed") return name;
  const isChain = (one: string): boolean =>
    [false, true].some((encoded) => {
      const read = parseImageName(one, encoded);
      return read.kind === "current" && formatKey(read) === mark.of;
    });
  return (await house.backup.names()).some(isChain) ? formatClosedName(name, id, house.now()) : name;
}

async function lookFor(image: string, house: House): Promise<{ facts: Facts; candidate: Candidate | undefined }> {
  const [facts, intents] = await Promise.all([gatherFacts(house), openIntents(house.objects, "trash", house.now())]);
  const candidates = candidatesOf(planInput(facts, {}, { house, intents }));
  return { facts, candidate: candidates.find(({ input }) => input.chain?.image === image) };
}

async function keep(image: string, { backup, now, host }: House): Promise<Hold> {
  const hold: Hold = { reason: "restored from the trash", since: new Date(now()).toISOString(), by: host };
  await backup.setMetadata(image, markKey("hold"), JSON.stringify(hold));
  return hold;
}
