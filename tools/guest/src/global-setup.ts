import { down, up } from "@backurne/sandbox";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    readonly sandbox: string;
  }
}

/** One pair of clusters for all files. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await up({ name: `guest-${process.pid}`, fast: true });
  project.provide("sandbox", sandbox.dir);
  return () => down({ dir: sandbox.dir });
}
