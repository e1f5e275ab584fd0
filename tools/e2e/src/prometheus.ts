import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDirectory, startDaemon } from "./daemon.ts";
import { freePort } from "@backurne/sandbox";

/** One series of an instant query: its labels, and what it is now. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  /** An instant query. Throws with Prometheus' own words where it is none. */
  query(expr: string): Promise<readonly Sample[]>;
  labelValues(label: string, match: string): Promise<readonly string[]>;
}

/** Debian's Prometheus, which scrapes `url` each second as graph/README.md says. */
export async function startPrometheus(url: string, token: string): Promise<Prometheus> {
  const directory = await openDirectory("prometheus");
  const [config, tokenFile] = [join(directory, "prometheus.yml"), join(directory, "token")];
  await writeFile(tokenFile, token, { mode: 0o600 });
  await writeFile(
    config,
    `scrape_configs:
  - job_name: backurne
    scrape_interval: 1s
    authorization: { credentials_file: ${tokenFile} }
    static_configs: [{ targets: ["${new URL(url).host}"] }]
`,
  );
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  await startDaemon("prometheus", {
    package: "prometheus",
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    answers: async () => (await fetch(`${own}/-/ready`)).ok,
  });
  async function ask<T>(path: string, query: Record<string, string>): Promise<T> {
    const response = await fetch(`${own}/api/v1/${path}?${new URLSearchParams(query)}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== "success") throw new Error(`${Object.values(query).join(" ")}: ${answer.error}`);
    return answer.data;
  }
  return {
    async query(expr) {
      const { result } = await ask<{ result: { metric: Sample["metric"]; value: [number, string] }[] }>("query", {
        query: expr,
      });
      return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
    },
    labelValues: (label, match) => ask(`label/${label}/values`, { "match[]": match }),
  };
}
