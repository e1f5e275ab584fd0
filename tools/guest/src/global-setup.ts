declare module "vitest" {
  interface ProvidedContext {
    /** Directory of the sandbox of these tests. */
    readonly sandbox: string;
  }
}

/** They let the backup cluster be full. */
export { setUpAlone as default } from "@backurne/sandbox/vitest";
