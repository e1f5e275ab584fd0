/** The shape of every `--json` document. Apart from the rest, so that only who validates loads zod. */
export * from "./check.ts";
export { diagnosis } from "./diagnosis.ts";
export { holdReport, releaseReport } from "./hold.ts";
export * from "./listing.ts";
export * from "./mapping.ts";
export { plan, warning } from "./plan.ts";
export { restoration } from "./restore.ts";
export { retention } from "./retention.ts";
export { runEvent, runReport } from "./run.ts";
export * from "./token.ts";
export * from "./tool.ts";
export * from "./trash.ts";
export { verification } from "./verification.ts";
