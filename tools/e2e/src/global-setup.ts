import { down, up } from "@backurne/sandbox";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    readonly sandbox: string;
  }
}

/** Boots the clusters once, or uses those of `npm run sandbox -- up` when BACKURNE_SANDBOX names them. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["BACKURNE_SANDBOX"];
  if (given !== undefined) {
    project.provide("sandbox", given);
    return undefined;
  }
  const sandbox = await up({ name: `e2e-${process.pid}`, fast: true });
  project.provide("sandbox", sandbox.dir);
  return () => down({ dir: sandbox.dir });
}
