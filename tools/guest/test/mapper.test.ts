import { afterAll, afterEach, beforeAll } from "vitest";
import { openScene, type Scene } from "../src/scene.ts";
import { keepApart } from "./cases/apart.ts";
import { typeCommands } from "./cases/command-line.ts";
import { browseFiles } from "./cases/files.ts";
import { readForeignFormats } from "./cases/foreign.ts";
import { meetHostileGuests } from "./cases/hostile.ts";
import { meetTheHost } from "./cases/host.ts";
import { killEverywhere } from "./cases/kill.ts";
import { liveThrough } from "./cases/life.ts";
import { lookInside } from "./cases/look.ts";
import { openWhatCanBe } from "./cases/part.ts";

// One file, so that there is one guest.
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.[Symbol.asyncDispose]());
afterEach(async () => {
  const left = await scene.leftovers();
  if (left !== "") throw new Error(`a mapping left\n${left}`);
});

for (const cases of [
  lookInside,
  openWhatCanBe,
  meetHostileGuests,
  meetTheHost,
  browseFiles,
  readForeignFormats,
  liveThrough,
  keepApart,
  killEverywhere,
  typeCommands,
])
  cases(() => scene);
