export { guest, uuidOf, type Agent, type SimulatedGuest } from "./guests.ts";
export { meanwhile } from "./meanwhile.ts";
export { at, failing, type Witness } from "./noted.ts";
export { simulateObjects } from "./objects.ts";
export { type SimulatedImage, type SimulatedPool } from "./pool.ts";
export { DAY, HOUR, profile } from "./settings.ts";
export { backUp, openWorld, type Ran, type World, type WorldOptions } from "./world.ts";
