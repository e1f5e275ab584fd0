import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Arena } from "./arena.ts";
import { openDirectory } from "./daemon.ts";
import { tellCommand } from "./tell.ts";

export const LAUNCHER = fileURLToPath(new URL("../../../apps/cli/bin/backurne", import.meta.url));

export interface Outcome {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command with a configuration file, as an operator has it. */
export async function openCommand(arena: Arena, extra = ""): Promise<(...args: string[]) => Promise<Outcome>> {
  const config = await writeConfig(arena, extra);
  return async (...args) => {
    const { exitCode, stdout, stderr } = await execa(LAUNCHER, ["--config", config, ...args], { reject: false });
    tellCommand(args, exitCode, stderr);
    return { code: exitCode, stdout, stderr };
  };
}

/** The file an operator would have. */
export async function writeConfig(arena: Arena, extra = ""): Promise<string> {
  const directory = await openDirectory("cli");
  const config = join(directory, "backurne.yaml");
  await writeFile(config, configText(arena, directory) + extra, { mode: 0o600 });
  return config;
}

function configText({ sandbox, pool, settings }: Arena, directory: string): string {
  return `backup_cluster: { pool: ${pool}, ceph_conf: ${settings.backup.cephConf}, ceph_id: admin }
profiles:
  daily: { count: 7 }
  hourly: { count: 24 }
live_clusters:
  - name: alpha
    type: plain
    fqdn: live
    ssh: { config_file: ${sandbox.ssh.configFile} }
    pool: ${pool}
    ceph_conf: ${sandbox.live.conf}
    ceph_id: admin
    exclude: [{ name: "scratch-*" }]
state_dir: ${directory}
timezone: UTC
`;
}
