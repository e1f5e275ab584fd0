import type { RestoreEvent, Settings } from "@backurne/model";
import type { Backurne } from "backurne";
import type { GlobalArgs } from "./help.ts";
import { printDocument, printLines } from "./print.ts";
import { lookOf } from "./render/look.ts";
import { renderRestoration } from "./render/restoration.ts";
import { showRestore } from "./show-restore.ts";
import type { World } from "./world.ts";

export interface RestoreArgs extends GlobalArgs {
  readonly image: string;
  readonly snapshot: string;
  readonly to: string;
  readonly dryRun?: boolean | undefined;
}

interface Scene {
  readonly backurne: Backurne;
  readonly settings: Settings;
  readonly world: World;
}

/** Shown while it goes on, on stderr where stdout carries JSON; what came of it goes to stdout. */
export async function restore(args: RestoreArgs, { backurne, settings, world }: Scene): Promise<number> {
  const { image, snapshot, to, dryRun, json } = args;
  const output = json ? world.stderr : world.stdout;
  const look = lookOf({ settings, world, output });
  const shown = showRestore(output, { world, look });
  const onEvent = (event: RestoreEvent): void => shown.event(event);
  const watched = output.isTerminal;
  try {
    const done = await backurne.restore(
      { image, snapshot, to },
      { ...(dryRun && { dryRun }), watched, signal: world.stop, onEvent },
    );
    shown.close();
    if (json) printDocument(done, world);
    else printLines(renderRestoration(done, look), world);
    return 0;
  } finally {
    shown.close();
  }
}
