import { isRestoring, parseImageName } from "@backurne/model";
import { isMarked } from "../../catalog.ts";
import { readTakeOver } from "../../ownership.ts";
import type { Found, Probe, Scene } from "../probe.ts";

/** ms; names carry the time a run began, the record when it took the pool over. */
const SLACK = 60_000;

/** Whether only we work on the pool, and what in it is nobody's. */
export const ownership: Probe = {
  name: "ownership",
  async look(scene) {
    const since = await readTakeOver(scene.house.objects);
    return [...(since === undefined ? [] : otherTool(scene, since)), ...strangers(scene)];
  },
};

/** Names as only the old tool writes them, younger than the day it was to stop. */
function otherTool({ facts, house }: Scene, since: number): readonly Found[] {
  return (facts?.chains ?? []).flatMap(({ image, snapshots, marks }) => {
    const legacy = snapshots.filter(({ ours }) => ours?.legacy && ours.time > since + SLACK);
    const newest = legacy.at(-1);
    if (!newest) return [];
    const marked = facts && isMarked({ id: "", marks });
    return [
      {
        severity: "error",
        about: image,
        what: `${newest.name} was made by the old tool after this pool was taken over${marked ? "" : ", on an image we never marked"}`,
        why: "it removes images without snapshots, and is blind to names in UTC",
        how: `stop it on every host (looked at from ${house.host}): cron, timers, scripts`,
      },
    ];
  });
}

function strangers({ facts }: Scene): readonly Found[] {
  const foreign = (facts?.images ?? []).filter(
    ({ image }) => parseImageName(image).kind === "foreign" && !isRestoring(image),
  );
  const [first] = foreign;
  if (!first) return [];
  const others = foreign.length > 1 ? ` and ${foreign.length - 1} more` : "";
  return [
    {
      severity: "info",
      about: "the backup pool",
      what: `${first.image}${others}: not ours`,
      why: "they are never touched, and take space",
      how: "move them to another pool, or leave them",
    },
  ];
}
