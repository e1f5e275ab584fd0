import { fileURLToPath } from "node:url";
import type { Sandbox } from "@backurne/sandbox";
import { execa } from "execa";
import { tell } from "./say.ts";

const LAUNCHER = fileURLToPath(new URL("../../../apps/cli/bin/backurne", import.meta.url));

/** The real command, as an operator types it. Its failure ends the demo. */
export async function backurne(config: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  tell(`$ backurne ${args.join(" ")}`);
  const stdio = ["ignore", "inherit", "inherit"] as const;
  await execa(LAUNCHER, ["--config", config, ...args], { stdio: [...stdio], cancelSignal: signal });
}

/** What an operator would write for these clusters. */
export function configText({ live, backup, ssh, dir, proxmox }: Sandbox): string {
  if (!proxmox) throw new Error("the demo shows a Proxmox guest too");
  return `snap_prefix: backup
backup_cluster:
  pool: rbd
  ceph_conf: ${backup.conf}
  ceph_id: admin
profiles:
  hourly: { count: 48, max_on_live: 2 }
  daily: { count: 30, max_on_live: 2 }
live_clusters:
  - name: alpha
    type: plain
    fqdn: live
    ssh: { config_file: ${ssh.configFile} }
    pool: rbd
    ceph_conf: ${live.conf}
    ceph_id: admin
    download_compression: true
    exclude: [{ name: "vm-*" }]
  - name: px1
    type: proxmox
    fqdn: [${proxmox.endpoints.map(({ host, port }) => `"${host}:${port}"`).join(", ")}]
    token_id: ${proxmox.tokenId}
    token_secret: ${proxmox.tokenSecret}
    tls: { ca_file: ${proxmox.caFile} }
    ssh: { config_file: ${ssh.configFile} }
    ceph_conf: ${live.conf}
ceph_endpoint: { px1: { ceph: live } }
state_dir: ${dir}/demo
`;
}
