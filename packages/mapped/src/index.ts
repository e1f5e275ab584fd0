export { askMapper } from "./ask.ts";
export { openFiles } from "./files.ts";
export type * from "./files.ts";
export { serveMapper, type ServeMapperOptions } from "./serve.ts";
