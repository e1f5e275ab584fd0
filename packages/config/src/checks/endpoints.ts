import { fieldsOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { didYouMean } from "../suggest.ts";
import { clustersOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** `ceph_endpoint` speaks of clusters that exist. */
export function* checkEndpoints(root: Fields): Iterable<Finding> {
  const names = clustersOf(root)
    .filter(({ fields }) => fields.type === "proxmox")
    .map(({ fields }) => String(fields.name));
  for (const name of Object.keys(fieldsOf(root.ceph_endpoint))) {
    if (name === "default" || names.includes(name)) continue;
    yield {
      path: ["ceph_endpoint", name],
      message: `there is no proxmox cluster "${name}"${didYouMean(name, [...names, "default"])}`,
      at: "key",
    };
  }
}
