import type { HelperCommand, PlainCluster } from "@backurne/model";
import type { ClusterConfig } from "../schema/config.ts";
import { resolveAddress, resolveSsh } from "./reach.ts";

type Plain = Extract<ClusterConfig, { type: "plain" }>;

export function resolvePlain(cluster: Plain): Pick<PlainCluster, "address" | "reach"> {
  return { address: resolveAddress(cluster), reach: resolveReach(cluster) };
}

function resolveReach({ fqdn, use_helper: use, get_helper: get, ssh }: Plain): PlainCluster["reach"] {
  if (use !== undefined) {
    return { helper: { use: resolveCommand(use), ...(get === undefined ? {} : { get: resolveCommand(get) }) } };
  }
  return { ssh: { host: fqdn ?? "", ...resolveSsh(ssh) } };
}

function resolveCommand({ cmd, args = [] }: { cmd: string; args?: string[] | undefined }): HelperCommand {
  return { cmd, args };
}
