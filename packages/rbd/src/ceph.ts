import { z } from "zod";
import { clusterArgs, type PoolAccess } from "./command.ts";
import { parseJson } from "./parse.ts";

export interface HealthCheck {
  readonly code: string;
  readonly severity: "HEALTH_WARN" | "HEALTH_ERR";
  readonly message: string;
}

export interface PoolState {
  readonly name: string;
  /** Bytes and objects; 0: no limit. */
  readonly quotaBytes: number;
  readonly quotaObjects: number;
  /** `full`, `full_quota`, `nearfull`, … */
  readonly flags: readonly string[];
  /** What the manager says; undefined: nobody does. */
  readonly stored?: number | undefined;
  readonly available?: number | undefined;
}

/** What a cluster says of itself, by `ceph`: each call starts a Python, so only for those who look once. */
export interface CephState {
  /** Of all daemons: `16.2.15`. */
  versions(): Promise<readonly string[]>;
  health(): Promise<readonly HealthCheck[]>;
  /** undefined: no such pool. */
  pool(): Promise<PoolState | undefined>;
  /** What its own user may do, by service; undefined: it may not know that. */
  caps(): Promise<Readonly<Record<string, string>> | undefined>;
  /** The largest distance, in seconds, of a monitor's clock from the first one's. */
  monitorSkew(): Promise<number>;
}

const EACCES = 13;
const PATIENCE = ["--connect-timeout", "15"];

export function openCeph({ address, run }: Pick<PoolAccess, "address" | "run">): CephState {
  async function ask<T>(schema: z.ZodType<T>, words: readonly string[]): Promise<T> {
    const args = [...clusterArgs(address), ...PATIENCE, ...words, "--format", "json"];
    const { stdout } = await run({ file: "ceph", args }, "read");
    return parseJson(schema, stdout, `ceph ${words.join(" ")}`);
  }

  return {
    async versions() {
      const { overall } = await ask(z.object({ overall: z.record(z.string(), z.number()) }), ["versions"]);
      return Object.keys(overall).flatMap((text) => /\d+\.\d+\.\d+/.exec(text)?.[0] ?? []);
    },
    async health() {
      const check = z.object({
        severity: z.enum(["HEALTH_WARN", "HEALTH_ERR"]),
        summary: z.object({ message: z.string() }),
      });
      const { checks } = await ask(z.object({ checks: z.record(z.string(), check) }), ["health", "detail"]);
      return Object.entries(checks).map(([code, { severity, summary }]) => ({
        code,
        severity,
        message: summary.message,
      }));
    },
    async pool() {
      const row = z.object({
        pool_name: z.string(),
        quota_max_bytes: z.number(),
        quota_max_objects: z.number(),
        flags_names: z.string(),
      });
      const found = (await ask(z.array(row), ["osd", "pool", "ls", "detail"])).find(
        (one) => one.pool_name === address.pool,
      );
      if (!found) return undefined;
      const stats = z.object({ name: z.string(), stats: z.object({ stored: z.number(), max_avail: z.number() }) });
      const { pools } = await ask(z.object({ pools: z.array(stats) }), ["df"]);
      const used = pools.find(({ name }) => name === address.pool)?.stats;
      return {
        name: found.pool_name,
        quotaBytes: found.quota_max_bytes,
        quotaObjects: found.quota_max_objects,
        flags: found.flags_names.split(","),
        ...(used && { stored: used.stored, available: used.max_avail }),
      };
    },
    async caps() {
      const user = `client.${address.cephId ?? "admin"}`;
      const args = [...clusterArgs(address), ...PATIENCE, "auth", "get", user, "--format", "json"];
      const { code, stdout } = await run(
        { file: "ceph", args, answers: [EACCES], label: `ceph auth get ${user}` },
        "read",
      );
      if (code === EACCES) return undefined;
      return readCaps(stdout);
    },
    async monitorSkew() {
      const status = z.object({ time_skew_status: z.record(z.string(), z.object({ skew: z.number() })).optional() });
      const { time_skew_status: monitors = {} } = await ask(status, ["time-sync-status"]);
      return Math.max(0, ...Object.values(monitors).map(({ skew }) => Math.abs(skew)));
    },
  };
}

/** The key stands beside them: what cannot be read is not shown either. */
function readCaps(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return z.array(z.object({ caps: z.record(z.string(), z.string()) })).parse(JSON.parse(text))[0]?.caps;
  } catch {
    return undefined;
  }
}
