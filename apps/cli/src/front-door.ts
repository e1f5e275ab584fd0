/** The front door, loaded late: most of the time a command takes to start is its imports. */
export type FrontDoor = Pick<
  typeof import("backurne"),
  | "openBackurne"
  | "openTelling"
  | "runMapper"
  | "readConfig"
  | "findConfig"
  | "exampleConfig"
  | "convertConfig"
  | "configJsonSchema"
  | "formatProblem"
  | "parseDuration"
>;

export type Api = Pick<typeof import("@backurne/api"), "serve" | "openAuditedTokens">;

export function loadApi(): Promise<Api> {
  return import("@backurne/api");
}

export function loadFrontDoor(): Promise<FrontDoor> {
  return import("backurne");
}
