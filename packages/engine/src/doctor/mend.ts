import { describeError, parseImageName, type Fix, type Mended } from "@backurne/model";
import type { House } from "../house.ts";

/** Looks again, and does it only where that is still right: since the diagnosis somebody may have begun to use it. */
export async function mend({ backup }: House, fix: Fix): Promise<Mended> {
  try {
    if (fix.kind === "unprotect") {
      const outcome = await backup.unprotect(fix.image, fix.snapshot);
      return outcome === "busy" ? leave(fix, "clones hang on it") : { fix, outcome: "done" };
    }
    if (parseImageName(fix.image).kind !== "restore") return leave(fix, "it is no clone made for mapping");
    if (await backup.watched(fix.image)) return leave(fix, "somebody has it open");
    const outcome = await backup.remove(fix.image);
    return outcome === "busy" ? leave(fix, "it is in use, or has snapshots") : { fix, outcome: "done" };
  } catch (error) {
    return leave(fix, describeError(error));
  }
}

function leave(fix: Fix, because: string): Mended {
  return { fix, outcome: "left alone", because };
}
