import { BackurneError, printable, shortName, type Forgotten, type SourceState } from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import { requireClock } from "./clock.ts";
import { whyHeld } from "./held.ts";
import type { House } from "./house.ts";
import { onChain, type Named } from "./on-chain.ts";
import { moveToTrash } from "./trash.ts";

/** States in which nothing of ours will ever let a chain go, and the one in which it goes anyway. */
const FORGETTABLE: readonly SourceState[] = ["excluded", "switched off", "unconfigured", "vanished"];

/** A whole chain into the trash, by its operator's wish. */
export async function forgetImage(house: House, reference: string): Promise<Forgotten> {
  await requireClock(house); // its time in the trash begins
  return onChain({ reference, what: "forget", check: refuseUseful }, house, async ({ candidate, chain, lease }) => {
    const { now, settings } = house;
    const name = printable(shortName(candidate.input.subject));
    const held = whyHeld(chain, { now: now(), timezone: settings.timezone });
    if (held !== undefined)
      throw refused(`${name} is held: ${held}`, "`backurne release` or `backurne unmap` it first");
    const seen = candidate.input.chain.snapshots.at(-1)?.name;
    if (chain.snapshots.at(-1)?.name !== seen) {
      throw refused(`${name} got a new backup just now`, "`backurne ls` shows what is there now");
    }
    await moveToTrash(
      { image: chain.image, subject: candidate.input.subject, because: `forgotten: ${candidate.state.because}` },
      { house, lease },
    );
    const standing = new Set(chain.snapshots.map((snapshot) => snapshot.name));
    const live = candidate.input.disk?.snapshots.map((snapshot) => snapshot.name) ?? [];
    return {
      version: 1,
      kind: "forgotten",
      reference: shortName(candidate.input.subject),
      image: chain.image,
      points: chain.snapshots.filter(({ ours }) => ours).length,
      ends: new Date(now() + settings.trashDays * 86_400_000).toISOString(),
      live: live.filter((one) => standing.has(one)),
    };
  });
}

function refuseUseful({ input, state }: Named): void {
  if (FORGETTABLE.includes(state.state) || state.absent) return;
  const name = printable(shortName(input.subject));
  if (state.state === "present") {
    throw refused(`${name} is being backed up`, "exclude its disk first, or let its points expire by their policy");
  }
  if (input.chain.kind === "closed") throw refused(`${name} is still needed: ${state.because}`, hintFor(input.chain));
  throw refused(`${name} is not known to be gone: ${state.because}`, "it can be forgotten once its cluster answers");
}

/** An old generation that no cluster has to answer for: it waits for the one that took its place. */
function hintFor({ marks }: ChainFacts): string {
  return marks.suspect === undefined
    ? "once the generation that took its place has a good backup, it fades by itself, or can be forgotten"
    : "its points may be damaged, yet they are all there is until the generation that took its place has been compared: `backurne verify` that one, then it fades by itself, or can be forgotten";
}

function refused(message: string, hint: string): BackurneError {
  return new BackurneError("refused", message, { hint });
}
