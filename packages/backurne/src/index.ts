export type * from "./api.ts";
export { openFiles } from "@backurne/mapped";
export { runMapper, type MapperOptions } from "./mapping.ts";
export { openBackurne, openDoor } from "./open.ts";
export { openTelling, type Telling, type TellingOptions } from "./telling.ts";
export { VERSION } from "./version.ts";
export {
  configJsonSchema,
  convertConfig,
  exampleConfig,
  findConfig,
  formatProblem,
  parseDuration,
  readConfig,
} from "@backurne/config";
export { BackurneError } from "@backurne/model";
