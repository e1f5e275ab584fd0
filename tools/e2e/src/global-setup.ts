declare module "vitest" {
  interface ProvidedContext {
    /** Directory of the sandbox that all tests share. */
    readonly sandbox: string;
  }
}

export { default } from "@backurne/sandbox/vitest";
