import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { ImageListing } from "@backurne/model";
import { foldReport, initialProgress, viewProgress } from "../src/index.ts";
import { renderMetrics } from "../src/metrics/index.ts";
import { at, ended, jobOf, planOf, started, successOf } from "./fixture.ts";

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly query: unknown }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { expr?: string; query?: string; legendFormat?: string; alias?: string }[];
  }[];
}

const read = async (name: string): Promise<Dashboard> =>
  JSON.parse(await readFile(new URL(`../../../graph/${name}.json`, import.meta.url), "utf8")) as Dashboard;

/** Every metric that can be told, with its labels. */
async function told(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const report = foldReport([started, planOf([jobOf("a")]), ...successOf("a", 1, 5), ended]);
  const summary = { run: "one", host: "bk1", started: report.started, state: "ended" } as const;
  const image: ImageListing = {
    ident: "a",
    disk: "a",
    uuid: "rook;a;None",
    cluster: "rook",
    guest: "a",
    reference: "rook/a",
    kind: "current",
    size: 1,
    snapshots: 1,
    state: "present",
    late: ["daily"],
    unproved: false,
    held: 0,
    newest: { daily: at(0) },
    verified: { how: "sent", at: at(0) },
  };
  const text = await renderMetrics({
    now: Date.parse(at(9)),
    images: [image],
    usage: [{ uuid: "rook;a;None", reference: "rook/a", size: 1, used: 1, snapshots: 1 }],
    space: { pool: "rbd", stored: 1, available: 1 },
    runs: [{ summary, report }],
    progress: [viewProgress(initialProgress, 0)],
    precheck: {
      version: 1,
      kind: "precheck",
      at: at(0),
      host: "bk1",
      maxAge: 1,
      disks: 1,
      problems: [{ kind: "late", severity: "critical", about: "a", message: "" }],
    },
  });
  const samples = text.split("\n").flatMap((line) => /^(\w+)(?:\{(.*)\})? /.exec(line)?.slice(1, 3) ?? []);
  const found = new Map<string, Set<string>>();
  for (let index = 0; index < samples.length; index += 2) {
    const labels = [...(samples[index + 1] ?? "").matchAll(/(\w+)="/g)].map(([, label = ""]) => label);
    found.set(samples[index] ?? "", new Set(labels));
  }
  return found;
}

/** What stands for itself in every scrape. */
const OF_PROMETHEUS = ["instance", "job"];

test("the dashboard for Prometheus asks for nothing but what is told", async () => {
  const metrics = await told();
  const { panels, templating } = await read("grafana-prometheus");
  const asked = new Set<string>();
  for (const { title, targets } of panels) {
    for (const { expr = "", legendFormat = "" } of targets) {
      const names = [...expr.matchAll(/backurne_\w+/g)].map(([name]) => name);
      expect([title, names.length > 0, names.filter((name) => !metrics.has(name))]).toEqual([title, true, []]);
      const labels = new Set([...OF_PROMETHEUS, ...names.flatMap((name) => [...(metrics.get(name) ?? [])])]);
      const used = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g), ...expr.matchAll(/(\w+)=~/g)].map(
        ([, label = ""]) => label,
      );
      expect([title, used.filter((label) => !labels.has(label))]).toEqual([title, []]);
      for (const name of names) asked.add(name);
    }
  }
  expect(JSON.stringify(templating)).toContain("label_values(backurne_points, cluster)");
  // Told, and drawn nowhere: only what says whether the rest can be believed.
  expect([...metrics.keys()].filter((name) => !asked.has(name)).sort()).toEqual([
    "backurne_check_timestamp_seconds",
    "backurne_last_run_bytes",
    "backurne_last_run_timestamp_seconds",
    "backurne_listed",
    "backurne_points",
    "backurne_runs_listed",
  ]);
});

test("the dashboard for InfluxDB asks for fields and tags that report_time and telegraf write", async () => {
  const metrics = await told();
  const { panels } = await read("grafana-influxdb");
  for (const { title, targets } of panels) {
    for (const { query = "", alias = "" } of targets) {
      const [, field = ""] = /\("(\w+)"\)/.exec(query) ?? [];
      const own = query.includes('FROM "backurne"');
      const tags = own ? new Set(["image", "endpoint", "mode"]) : (metrics.get(field) ?? new Set());
      expect([title, own ? ["duration", "bytes"].includes(field) : metrics.has(field)]).toEqual([title, true]);
      const used = [...query.matchAll(/, "(\w+)"/g), ...alias.matchAll(/\$tag_(\w+)/g)].map(([, tag = ""]) => tag);
      expect([title, used.filter((tag) => !tags.has(tag))]).toEqual([title, []]);
    }
  }
});
