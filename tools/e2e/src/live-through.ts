import type { Arena } from "./arena.ts";
import type { Round } from "./story.ts";

const OPERATOR = "operator-";

/** Lets a round happen to a live image, as its users and operators would. */
export async function liveThrough(arena: Arena, image: string, round: Round): Promise<void> {
  const at = (name: string): readonly string[] => [`--pool=${arena.pool}`, `--image=${image}`, `--snap=${name}`];
  const remove = (name: string): Promise<string> => arena.live("snap", "rm", "--no-progress", ...at(name));

  const snapshots = await listIfNeeded();
  if (round.rollback !== undefined && snapshots.length > 0) {
    const name = snapshots[Math.floor(round.rollback * snapshots.length)] as string;
    await arena.live("snap", "rollback", "--no-progress", ...at(name));
  }
  await arena.change(image, round.changes);
  const newest = snapshots.at(-1);
  const oldest = snapshots.find((name) => name.startsWith(OPERATOR));
  if (round.loses && newest !== undefined) await remove(newest);
  if (round.operator === "remove" && oldest !== undefined && !(round.loses && oldest === newest)) await remove(oldest);
  if (round.operator === "snapshot") {
    await arena.live(
      "snap",
      "create",
      "--no-progress",
      ...at(`${OPERATOR}${snapshots.length}-${process.hrtime.bigint()}`),
    );
  }

  async function listIfNeeded(): Promise<readonly string[]> {
    if (round.rollback === undefined && !round.loses && round.operator === undefined) return [];
    return (await arena.liveSnapshots(image)).map(({ name }) => name);
  }
}
