import { formatProblem, parseConfig } from "../src/index.ts";
import { inspectConfig } from "../src/parse.ts";
import type { Settings } from "@backurne/model";

export interface Parts {
  readonly backup?: string;
  readonly profiles?: string;
  /** One flow mapping a line, from line 4 on. */
  readonly clusters?: readonly string[];
  readonly more?: string;
}

export const plain = "name: alpha, type: plain, fqdn: ceph1, pool: rbd";

/** The smallest configuration, with other parts where a test asks for them. */
export function compose({ backup, profiles, clusters = [`{ ${plain} }`], more }: Parts = {}): string {
  return [
    `backup_cluster: ${backup ?? "{ pool: backup }"}`,
    `profiles: ${profiles ?? "{ daily: { count: 7 } }"}`,
    "live_clusters:",
    ...clusters.map((cluster) => `  - ${cluster}`),
    ...(more === undefined ? [] : [more]),
    "",
  ].join("\n");
}

export const px = "name: px1, type: proxmox, fqdn: px1, user: root@pam, password_file: px1.password";

export function problemsIn(text: string): readonly string[] {
  return inspectConfig(text, "b.yaml").problems.map(formatProblem);
}

/** Every file with a secret holds `hush`, and the name of the file. */
export function settingsIn(text: string): Settings {
  const parsed = parseConfig(text, "/etc/b.yaml", (file) => `hush ${file}`);
  if ("problems" in parsed) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.settings;
}
