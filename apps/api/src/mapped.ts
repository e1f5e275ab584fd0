import type { Mapping } from "@backurne/model";
import type { MapImagesRequest } from "backurne";
import type { Context } from "hono";
import type { Env, Scene } from "./scene.ts";

/** What is open on this host, compared with what is there: one look for all who ask at once. */
export function lookMapped({ backurne, reads }: Pick<Scene, "backurne" | "reads">): Promise<readonly Mapping[]> {
  return reads.share("mappings", () => backurne.listMapped());
}

/** Opens backups on this host. Who goes away does not leave half of it behind. */
export async function mapHere(
  request: MapImagesRequest,
  { req }: Context<Env>,
  { backurne, log }: Pick<Scene, "backurne" | "log">,
): Promise<Mapping> {
  for (const left of await backurne.sweepMapped()) log(left);
  return backurne.map(request, { signal: req.raw.signal });
}
