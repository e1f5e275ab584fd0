import { printable, type Settings } from "@backurne/model";
import type { Backurne, Telling } from "backurne";
import type { GlobalArgs } from "../help.ts";
import type { World } from "../world.ts";

export interface Session {
  readonly backurne: Backurne;
  readonly settings: Settings;
  /** Whoever is to be told of runs besides those who look. */
  readonly openTelling: () => Telling;
}

interface Call {
  readonly args: GlobalArgs;
  readonly world: World;
  /**
   * Whether what was mapped for a time that is over is undone first. Not where a shell or a timer waits for an answer (what
   * completion asks, `metrics`), nor before `unmap`, which would not find what it is asked for. Commands that open no front door
   * (`version`, `config`, `token`, `check`, `completion`, help) come to no mapping anyway.
   */
  readonly sweep?: boolean;
}

/** Reads the configuration, opens the front door, undoes what has expired, and closes it again whatever happens. */
export async function withBackurne<T>(
  { args, world, sweep = true }: Call,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const door = await world.loadFrontDoor();
  const settings = await door.readConfig(door.findConfig({ flag: args.config, env: world.env }));
  await using backurne = await door.openBackurne(settings, { now: world.now, env: world.env });
  for (const left of sweep ? await backurne.sweepMapped() : []) world.stderr.write(`WARN ${printable(left)}\n`);
  const openTelling = () => door.openTelling(settings, { env: world.env, now: world.now });
  return await work({ backurne, settings, openTelling });
}
