import { formatKey, parseImageName } from "@backurne/model";
import pLimit from "p-limit";
import { openIntents } from "../../intents.ts";
import { listMapped } from "../../mapping/mark.ts";
import type { Found, Probe, Scene } from "../probe.ts";
import { leases, stateOf } from "./leases.ts";
import { restored } from "./restoring.ts";

/** What runs that died, and the old tool, left behind. */
export const leftovers: Probe = {
  name: "leftovers",
  async look(scene) {
    const looks = [clones, partials, leases, intents, restored, protectedSnapshots];
    return (await Promise.all(looks.map((look) => look(scene)))).flat();
  },
};

/** Clones made for mapping that nobody has open. */
async function clones({ facts, house: { backup } }: Scene): Promise<readonly Found[]> {
  const ask = pLimit(8);
  const made = (facts?.images ?? []).filter(({ image }) => parseImageName(image).kind === "restore");
  const found = await Promise.all(
    made.map(({ image, snapshots }) =>
      ask(async (): Promise<readonly Found[]> => {
        if (await backup.watched(image)) return [];
        return [
          {
            severity: "warning",
            about: image,
            what: "a clone made for mapping that nobody has open",
            why: "the snapshot it was made of does not expire meanwhile",
            how: "doctor --fix removes it",
            ...(snapshots.length === 0 && { fix: { kind: "remove image", image } }),
          },
        ];
      }),
    ),
  );
  return found.flat();
}

/** The old tool protected what it mapped, and so does ours as long as it is mapped. Those with clones are in use. */
async function protectedSnapshots({ facts, house }: Scene): Promise<readonly Found[]> {
  const images = facts?.images ?? [];
  if (!images.some(({ snapshots }) => snapshots.some((one) => one.protected))) return [];
  const mapped = await listMapped(images, house.backup);
  return images.flatMap(({ image, snapshots }) =>
    snapshots
      .filter((snapshot) => snapshot.protected && !mapped.has(`${image}@${snapshot.name}`))
      .map(({ name }): Found => ({
        severity: "warning",
        about: `${image}@${name}`,
        what: "the snapshot is protected, and nothing of ours has it mapped",
        why: "it cannot expire",
        how: "doctor --fix unprotects it, unless clones hang on it; run it again after the clones are gone",
        fix: { kind: "unprotect", image, snapshot: name },
      })),
  );
}

async function partials({ facts, house }: Scene): Promise<readonly Found[]> {
  const found = await Promise.all(
    (facts?.partials ?? []).map(async ({ image, becomes }): Promise<readonly Found[]> => {
      const name = becomes === undefined ? undefined : parseImageName(becomes, becomes.includes("%"));
      const held = name?.kind === "current" && (await stateOf(formatKey(name), house)).held;
      if (held || (await house.backup.watched(image))) return [];
      return [
        {
          severity: "info",
          about: image,
          what: "a first transfer that was left halfway, and nobody goes on with it",
          why: "it takes space",
          how: becomes === undefined ? "rbd rm it when no backup runs" : "the next backup finishes or removes it",
        },
      ];
    }),
  );
  return found.flat();
}

async function intents({ house, now }: Scene): Promise<readonly Found[]> {
  const { frozen } = await openIntents(house.objects, "doctor", now);
  return frozen.map(({ cluster, vmid }) => ({
    severity: "warning",
    about: `${cluster} guest ${vmid}`,
    what: "a run that has not said that it thawed it had frozen it",
    why: "a guest that stands still serves nobody",
    how: "nothing while a backup runs; else the next backup thaws it, or qm guest cmd VMID fsfreeze-thaw",
  }));
}
