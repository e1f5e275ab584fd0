import { readFile } from "node:fs/promises";

/** One query of a dashboard, as Grafana would send it. */
export interface Question {
  readonly panel: string;
  readonly query: string;
  /** Labels or tags that the legend is made of. */
  readonly labels: readonly string[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { expr?: string; query?: string; legendFormat?: string; alias?: string }[];
  }[];
}

/** What Grafana puts in: every cluster, the last hour, a minute for each point. */
const FILLED = [
  ["$cluster", ".*"],
  ["$timeFilter", "time > now() - 1h"],
  ["$__interval", "1m"],
] as const;

export async function readQuestions(name: "grafana-prometheus" | "grafana-influxdb"): Promise<readonly Question[]> {
  const file = new URL(`../../../graph/${name}.json`, import.meta.url);
  const { panels } = JSON.parse(await readFile(file, "utf8")) as Dashboard;
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, query = expr ?? "", legendFormat = "", alias = "" }) => ({
      panel: title,
      query: FILLED.reduce((text, [variable, value]) => text.replaceAll(variable, value), query),
      labels: [...`${legendFormat} ${alias}`.matchAll(/\{\{(\w+)\}\}|\$tag_(\w+)/g)].map(
        ([, label, tag]) => label ?? tag ?? "",
      ),
    })),
  );
}

/**
 * What telegraf makes of the text of Prometheus with `prometheus_metric_version = 2`, in InfluxDB's line protocol: one
 * measurement, labels as tags, each metric a field. Debian has no telegraf to ask.
 */
export function asTelegrafWrites(text: string): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const [, metric = "", , labels = "", value] = /^(\w+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (value === undefined) return [];
      const tags = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, label, said = ""]) => `,${label}=${said.replaceAll(/[,= ]/g, (found) => `\\${found}`)}`,
      );
      return [`prometheus${tags.join("")} ${metric}=${value}`];
    })
    .join("\n");
}
