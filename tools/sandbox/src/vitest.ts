import type { TestProject } from "vitest/node";
import { down } from "./down.ts";
import { up } from "./up.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Directory of the sandbox that all tests of a suite share. */
    readonly sandbox: string;
  }
}

/** A global setup of vitest: the sandbox that BACKURNE_SANDBOX names, or one for this suite alone. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["BACKURNE_SANDBOX"];
  if (given !== undefined) {
    project.provide("sandbox", given);
    return undefined;
  }
  return setUpAlone(project);
}

/** The same for a suite that does something to all of a cluster: nobody else's tests may be on it. */
export async function setUpAlone(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await up({ name: `tests-${process.pid}`, fast: true });
  project.provide("sandbox", sandbox.dir);
  return () => down({ dir: sandbox.dir });
}
