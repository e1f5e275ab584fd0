import { execFile } from "node:child_process";
import type { Arena } from "./arena.ts";
import { digest } from "./kept.ts";
import { liveThrough } from "./live-through.ts";
import { passRecords } from "@backurne/faults";
import type { Abort, Round } from "./story.ts";

/**
 * What a shell script would do: the difference to the newest snapshot both sides have, onto whatever head there is; the
 * snapshot that stands afterwards is a backup. What a careful receiver is measured against.
 */
export async function receiveNaively(
  arena: Arena,
  image: string,
  name: string,
  abort: Abort | undefined,
): Promise<void> {
  const { sandbox, pool } = arena;
  const live = `rbd --conf ${sandbox.live.conf} --id admin`;
  const backup = `rbd --conf ${sandbox.backup.conf} --id admin`;
  const [there, here] = await Promise.all([arena.liveSnapshots(image), arena.backupSnapshots(image)]);
  const standing = new Set(here.map((one) => one.name));
  const base = there.findLast((one) => standing.has(one.name))?.name;
  const where = `--pool=${pool} --image=${image}`;
  const from = base === undefined ? "" : `--from-snap=${base}`;
  await bash(`${live} snap create --no-progress ${where} --snap=${name}
${live} export-diff --no-progress ${where} --snap=${name} ${from} - | ${filterOf(abort)} | ${backup} import-diff --no-progress - ${where}`);
}

function filterOf(abort: Abort | undefined): string {
  switch (abort?.kind) {
    case "cut":
      return `head -c ${abort.at}`;
    case "one byte behind a record":
      return passRecords(abort.record, 1);
    case "without its end":
      return "head -c -1";
    default:
      return "cat";
  }
}

/** Tells a story to the naive receiver. @returns the round in which a backup is first another thing than its source. */
export async function findNaiveFailure(
  arena: Arena,
  image: string,
  story: Iterable<Round>,
): Promise<number | undefined> {
  await arena.backupSide("create", `--pool=${arena.pool}`, `--image=${image}`, "--size", "1M");
  let number = 0;
  for (const round of story) {
    number += 1;
    const name = `naive-${number}`;
    await liveThrough(arena, image, round);
    await receiveNaively(arena, image, name, round.abort);
    if (!(await arena.backupSnapshots(image)).some((one) => one.name === name)) continue;
    const [there, here] = await Promise.all(
      [arena.sandbox.live, arena.sandbox.backup].map((side) =>
        digest(side, { pool: arena.pool, image, snapshot: name }),
      ),
    );
    if (there !== here) return number;
  }
  return undefined;
}

/** Exit codes are nobody's business here. */
function bash(script: string): Promise<void> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], () => resolve());
  });
}
