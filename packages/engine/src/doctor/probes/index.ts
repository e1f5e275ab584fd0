import type { Probe } from "../probe.ts";
import { caps } from "./caps.ts";
import { clocks } from "./clocks.ts";
import { files } from "./files.ts";
import { guests } from "./guests.ts";
import { health } from "./health.ts";
import { images } from "./images.ts";
import { leftovers } from "./leftovers.ts";
import { mapper } from "./mapper.ts";
import { ownership } from "./ownership.ts";
import { programs } from "./programs.ts";
import { space } from "./space.ts";
import { versions } from "./versions.ts";

/** All of them look side by side, in no order. */
export const PROBES: readonly Probe[] = [
  programs,
  files,
  versions,
  caps,
  clocks,
  health,
  space,
  images,
  guests,
  leftovers,
  ownership,
  mapper,
];
