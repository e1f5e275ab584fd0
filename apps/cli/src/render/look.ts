import type { ReadNames, Settings } from "@backurne/model";
import type { Output, World } from "../world.ts";

export type Colour = "red" | "green" | "yellow" | "cyan" | "dim" | "bold";

/** How a picture is drawn, and from whose point of view. */
export interface Look {
  /** Columns; Infinity where nobody looks at a screen. */
  readonly width: number;
  readonly colours: boolean;
  /** IANA zone in which times are shown. */
  readonly zone: string;
  /** Epoch ms. */
  readonly now: number;
  /** Names of rbd images instead of short ones. */
  readonly uuid: boolean;
  readonly names: ReadNames;
}

interface Scene {
  readonly settings: Settings;
  readonly world: World;
  readonly output?: Output;
  readonly uuid?: boolean | undefined;
}

export function lookOf({ settings, world, output = world.stdout, uuid = false }: Scene): Look {
  return {
    width: output.isTerminal ? output.size().columns : Infinity,
    colours: output.isTerminal && settings.prettyColors && !world.env["NO_COLOR"] && world.env["TERM"] !== "dumb",
    zone: settings.timezone,
    now: world.now(),
    uuid,
    names: { prefix: settings.snapPrefix, legacyTimezone: settings.legacyTimezone },
  };
}

const CODES: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 };

export function paint(text: string, colour: Colour | undefined, { colours }: Pick<Look, "colours">): string {
  return colours && colour && text ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}
