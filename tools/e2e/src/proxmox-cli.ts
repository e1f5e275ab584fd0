import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { LAUNCHER, type Outcome } from "./cli.ts";
import type { ProxmoxArena } from "./proxmox.ts";

export interface CommandOptions {
  /** Of the cluster: lines of YAML in the place of those that log in by token. */
  readonly login?: (secrets: Secrets) => string;
  readonly tls?: string;
  /** More of the configuration. */
  readonly extra?: string;
}

/** Files that hold one secret each. */
export interface Secrets {
  readonly password: string;
  readonly tokenSecret: string;
}

export interface ProxmoxCommand {
  /** State directory of the tool; the configuration is in it too. */
  readonly dir: string;
  run(...args: readonly string[]): Promise<Outcome>;
  /** As the leader of a process group of its own. */
  start(args: readonly string[], env: Readonly<Record<string, string>>): Started;
}

export interface Started {
  readonly pid: number;
  /** The signal that ended it. */
  readonly ended: Promise<string | undefined>;
}

/** The real command with the configuration that an operator of this Proxmox cluster would write. */
export async function openProxmoxCommand(arena: ProxmoxArena, options: CommandOptions = {}): Promise<ProxmoxCommand> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-cli-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const { password, tokenSecret } = arena.simulator.access;
  const secrets = { password: join(dir, "password"), tokenSecret: join(dir, "token") };
  await writeFile(secrets.password, `${password}\n`, { mode: 0o600 });
  await writeFile(secrets.tokenSecret, `${tokenSecret}\n`, { mode: 0o600 });
  const config = join(dir, "backurne.yaml");
  await writeFile(config, configText(arena, { dir, secrets, ...options }), { mode: 0o600 });
  const quiet = { reject: false, stdin: "ignore" } as const;
  return {
    dir,
    async run(...args) {
      const { exitCode: code, stdout, stderr } = await execa(LAUNCHER, ["--config", config, ...args], quiet);
      return { code, stdout, stderr };
    },
    start(args, env) {
      const child = execa(LAUNCHER, ["--config", config, ...args], { ...quiet, env, detached: true });
      return { pid: child.pid as number, ended: child.then(({ signal }) => signal) };
    },
  };
}

type Written = CommandOptions & { readonly dir: string; readonly secrets: Secrets };

function configText({ sandbox, pool, settings, simulator }: ProxmoxArena, written: Written): string {
  const { dir, secrets, extra = "", tls = `{ ca_file: ${simulator.access.caFile} }`, login = byToken } = written;
  const [cluster] = settings.liveClusters;
  if (cluster?.kind !== "proxmox") throw new Error("there is no Proxmox cluster in these settings");
  const endpoints = Object.entries(cluster.storages).map(
    ([name, { ssh, cephConf, cephId }]) =>
      `    ${name}: { fqdn: ${ssh.host}, ssh: ${JSON.stringify({ port: ssh.port, config_file: ssh.configFile })}, ceph_conf: ${cephConf}, ceph_id: ${cephId} }`,
  );
  return `backup_cluster: { pool: ${pool}, ceph_conf: ${sandbox.backup.conf}, ceph_id: admin }
profiles: { daily: { count: 7 } }
live_clusters:
  - name: px
    type: proxmox
    fqdn: [${cluster.api.hosts.map((host) => `"${host}"`).join(", ")}]
    tls: ${tls}
    ${login(secrets)}
ceph_endpoint:
  px:
${endpoints.join("\n")}
state_dir: ${dir}
timezone: UTC
${extra}`;
}

function byToken({ tokenSecret }: Secrets): string {
  return `token_id: root@pam!backurne\n    token_secret_file: ${tokenSecret}`;
}
