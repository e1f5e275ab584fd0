import { fieldsOf, textOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { clustersOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

const DEFAULT_CONF = "/etc/ceph/ceph.conf";
const HERE = /^(?:[^@]*@)?(?:localhost|ip6-localhost|127(?:\.\d+){1,3}|::1|\[::1\])$/;

/**
 * A pool is not backed up into itself. Only what can be seen in the text: the same names, reached on this
 * host through ssh's own port (another one may be a tunnel). Two clusters behind other names are told
 * apart at run time, by fsid.
 */
export function* checkPools(root: Fields): Iterable<Finding> {
  const target = nameOf(fieldsOf(root.backup_cluster));
  for (const { path, fields } of clustersOf(root)) {
    if (fields.type !== "plain" || !isHere(fields) || target === undefined) continue;
    if (nameOf(fields) === target) yield { path: [...path, "pool"], message: "this is the backup pool itself" };
  }
}

// The cephx user does not tell pools apart.
function nameOf(fields: Fields): string | undefined {
  const pool = textOf(fields.pool);
  if (pool === undefined) return undefined;
  return JSON.stringify([textOf(fields.ceph_conf) ?? DEFAULT_CONF, pool, textOf(fields.namespace) ?? ""]);
}

function isHere(fields: Fields): boolean {
  const { port, config_file } = fieldsOf(fields.ssh);
  return HERE.test(textOf(fields.fqdn) ?? "") && (port === undefined || port === 22) && config_file === undefined;
}
