import type { Proxmox, Sandbox } from "./types.ts";

/** What a shell wants to know about a sandbox, as `export` lines for `eval "$(… env)"`. */
export function renderEnv({ dir, live, backup, ssh, proxmox }: Sandbox): string {
  const variables: Readonly<Record<string, string>> = {
    BACKURNE_SANDBOX: dir,
    LIVE_CONF: live.conf,
    BACKUP_CONF: backup.conf,
    SSH_CONFIG: ssh.configFile,
    ...(proxmox && proxmoxVariables(proxmox)),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join("");
}

function proxmoxVariables(proxmox: Proxmox) {
  return {
    PROXMOX_URL: proxmox.url,
    PROXMOX_CA: proxmox.caFile,
    // Each node has a certificate of its own.
    PROXMOX_FINGERPRINT: proxmox.endpoints.map(({ fingerprint }) => fingerprint).join(","),
    PROXMOX_USER: proxmox.user,
    PROXMOX_PASSWORD: proxmox.password,
    PROXMOX_TOKEN_ID: proxmox.tokenId,
    PROXMOX_TOKEN_SECRET: proxmox.tokenSecret,
    PROXMOX_CONTROL: proxmox.control,
  };
}
