import { isFields, listOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import type { Path } from "../problem.ts";

/** A mistake that only several values together make. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly at?: "key" | "value";
}

/** Reads the file as it stands, so that it has something to say also where the schema had. */
export type Check = (root: Fields) => Iterable<Finding>;

export interface NumberedCluster {
  readonly path: Path;
  readonly fields: Fields;
}

export function clustersOf(root: Fields): readonly NumberedCluster[] {
  return listOf(root.live_clusters).flatMap((cluster, index) =>
    isFields(cluster) ? [{ path: ["live_clusters", index], fields: cluster }] : [],
  );
}
