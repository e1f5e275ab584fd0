import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseImageName } from "@backurne/model";
import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";

const CANARY = "backurne-names-canary";

/** rbd takes all of these; `/` and `@` it does not take. */
const NASTY = [
  "plain",
  "it's",
  'say "hello"',
  "two  spaces",
  " leading and trailing ",
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `; touch ${CANARY} #`,
  `&& touch ${CANARY}`,
  `| touch ${CANARY}`,
  `\ntouch ${CANARY}\n`,
  "tab\there",
  "back\\slash",
  "star * and ?",
  "~root",
  "!history",
  "-n",
  "--image=other",
  "semi;colon;twice",
  "a%20b",
  "100%",
  "$HOME ${HOME}",
  "{a,b}",
  "> redirect < both",
  "é ü 漢字 🙂",
  "carriage\rreturn",
  "restore-1",
  "partial-00000000-0000-0000-0000-000000000000",
  "closed-1",
  "x".repeat(60),
] as const;

function noCanary(): void {
  const places = [process.cwd(), homedir(), "/", "/root", "/tmp"].map((directory) => join(directory, CANARY));
  expect(places.filter((place) => existsSync(place))).toEqual([]);
}

test("any name rbd takes travels as it is, and no shell ever reads it", async () => {
  const arena = await openArena();
  for (const image of NASTY) {
    await arena.createImage(image, MiB);
    await arena.change(image, [write(0, 4096)]);
    // An operator's snapshot with a name as bad: not ours, never touched.
    await arena.live("snap", "create", "--no-progress", `--pool=${arena.pool}`, `--image=${image}`, `--snap=${image}`);
  }

  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, totals: { done: NASTY.length, full: NASTY.length, failed: 0 } });
  const again = await arena.backup({ force: true });
  expect(again.report).toMatchObject({ exit: 0, totals: { done: NASTY.length, incremental: NASTY.length } });

  const images = await arena.backupImages();
  expect(images.map((image) => diskOf(image)).sort()).toEqual([...NASTY].sort());
  for (const image of NASTY) {
    const standing = await arena.liveSnapshots(image);
    expect(standing.map(({ name }) => name)).toEqual([image, expect.stringMatching(/^backup;/)]);
  }
  for (const image of images) expect(await arena.backupSnapshots(image)).toHaveLength(2);
  await arena.assertHonest();
  noCanary();
});

test("so does a prefix of snapshots, whatever it is made of", async () => {
  const arena = await openArena();
  arena.settings = { ...arena.settings, snapPrefix: NASTY.filter((text) => !text.includes(";")).join("") };
  await arena.createImage("disk", MiB);
  await arena.change("disk", [write(0, 4096)]);
  expect((await arena.backup()).report.exit).toBe(0);
  expect((await arena.backup({ force: true })).report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(2);
  await arena.assertHonest();
  noCanary();
});

function diskOf(image: string): string {
  const name = parseImageName(image, true);
  return name.kind === "current" ? name.disk : image;
}
