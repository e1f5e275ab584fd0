import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";
import { LAUNCHER, writeConfig } from "../src/cli.ts";
import { openDirectory, until } from "../src/daemon.ts";
import { asTelegrafWrites, readQuestions } from "../src/dashboards.ts";
import { daily, makeHistory } from "../src/history.ts";
import { startInflux } from "../src/influxdb.ts";
import { startPrometheus } from "../src/prometheus.ts";
import { startServer } from "../src/server.ts";

const DB = "backups";
/** How full a pool is only a manager knows, and these clusters have none: its queries are understood, and find nothing. */
const UNKNOWN = "The backup pool";

/** Fails for one disk, and holds the other one's backup up for as long as `wait` is there. */
async function openHook() {
  const directory = await openDirectory("hook");
  const [file, wait] = [join(directory, "hook"), join(directory, "wait")];
  await writeFile(file, `#!/bin/sh\n[ "$3" = late01 ] && exit 1\nwhile [ -e ${wait} ]; do sleep 0.1; done\n`);
  await chmod(file, 0o700);
  return { file, hold: () => mkdir(wait), letGo: () => rm(wait, { recursive: true }) };
}

test("what real runs tell answers every query of both dashboards, in a real Prometheus and a real InfluxDB", async () => {
  const arena = await openArena();
  // One disk has missed its backups and goes on missing them; the other one is well.
  await makeHistory(arena, "late01", daily(2, { newest: 3 }));
  await arena.createImage("web01", 16 * MiB);
  await arena.change("web01", [write(0, 2 * MiB)]);
  const [influx, hook] = [await startInflux(DB), await openHook()];
  const { url, user, password, caFile } = influx;
  const config = await writeConfig(
    arena,
    `hooks: { pre_disk: ${hook.file} }
report_time: influxdb
influxdb: { url: "${url}", db: ${DB}, user: ${user}, password: ${JSON.stringify(password)}, ca_file: ${caFile} }
`,
  );
  const backurne = (...words: string[]) => execa(LAUNCHER, ["--config", config, ...words], { reject: false });
  const first = await backurne("backup");
  expect([first.exitCode, first.stdout]).toEqual([3, expect.stringContaining("web01")]);
  expect(first.stderr).not.toContain("report_time");

  const token = (await backurne("token", "create", "--scope", "backup", "--name", "prometheus")).stdout.trim();
  const server = await startServer(config);
  const prometheus = await startPrometheus(server.url, token);
  const value = async (expr: string) => (await prometheus.query(expr)).at(0)?.value;
  await until(async () => ((await value("backurne_listed")) === 1 ? true : undefined));
  await hook.hold();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const begun = await fetch(`${server.url}/api/v1/runs`, { method: "POST", headers, body: '{"force":true}' });
  const run = begun.headers.get("location") ?? "";
  await until(async () => ((await value("sum(backurne_runs_in_progress)")) === 1 ? true : undefined));
  await hook.letGo();
  expect(await (await fetch(`${server.url}${run}/events`, { headers })).text()).toContain("event: report");
  await until(async () => ((await value("sum(backurne_runs_in_progress)")) === 0 ? true : undefined));

  for (const { panel, query, labels } of await readQuestions("grafana-prometheus")) {
    const found = await prometheus.query(query);
    const unnamed = found.filter(({ metric }) => labels.some((label) => !metric[label]));
    expect([panel, query, found.length > 0, unnamed]).toEqual([panel, query, panel !== UNKNOWN, []]);
  }
  expect(await prometheus.labelValues("cluster", "backurne_points")).toEqual(["alpha"]);
  const now = {
    check: await value("max(backurne_check_state)"),
    late: await value('count(backurne_late{cluster=~".*"}) or vector(0)'),
    problems: await value('sum by (kind, severity) (backurne_check_problems{kind="late",severity="critical"})'),
    present: await value('sum by (state) (backurne_disks{state="present"})'),
    failed: await value('backurne_last_run_jobs{outcome="failed"}'),
    exit: await value("backurne_last_run_exit_code"),
  };
  expect(now).toEqual({ check: 2, late: 1, problems: 1, present: 2, failed: 1, exit: 3 });
  const lag = await prometheus.query('time() - backurne_last_backup_timestamp_seconds{guest="web01"}');
  expect(lag.map(({ metric }) => metric["profile"]).sort()).toEqual(["daily", "hourly"]);
  expect(Math.max(...lag.map(({ value: seconds }) => seconds))).toBeLessThan(3_600);

  const file = join(await openDirectory("textfile"), "backurne.prom");
  expect((await backurne("metrics", "--textfile", file)).exitCode).toBe(0);
  await influx.write(DB, asTelegrafWrites(await readFile(file, "utf8")));
  for (const { panel, query, labels } of await readQuestions("grafana-influxdb")) {
    const found = await influx.query(DB, query);
    const unnamed = found.filter(({ tags = {} }) => labels.some((label) => !tags[label]));
    const points = found.flatMap(({ values }) => values).filter(([, seen]) => typeof seen === "number");
    expect([panel, query, points.length > 0, unnamed]).toEqual([panel, query, panel !== UNKNOWN, []]);
  }
  // Both runs, of this process and of that one; the disk that failed has no transfer.
  const count = async () => (await influx.query(DB, 'SELECT count("bytes") FROM "backurne" GROUP BY "image"'))[0];
  expect(await count()).toMatchObject({ tags: { image: "alpha;web01;None" }, values: [[0, 2]] });
  expect(await server.stop()).toBe(0);

  // Whoever nobody vouches for is told nothing: a line of the report says so, and no secret.
  await writeFile(config, (await readFile(config, "utf8")).replace(caFile, influx.strangerFile));
  const last = await backurne("backup", "--force", "--json");
  const { failures } = JSON.parse(last.stdout.trimEnd().split("\n").at(-1) ?? "") as { failures: unknown };
  const message = expect.stringMatching(/^nobody known here vouches for its certificate/);
  expect(failures).toEqual([{ about: "report_time", failure: { message, code: "command" } }]);
  expect(last.stdout + last.stderr).not.toContain(password);
  expect(await count()).toMatchObject({ values: [[0, 2]] });
});

test("telegraf is told to read what backurne metrics writes, in words it knows", async () => {
  const file = fileURLToPath(new URL("../../../graph/telegraf/backurne.conf", import.meta.url));
  const read = "import json, sys, tomllib; json.dump(tomllib.load(open(sys.argv[1], 'rb')), sys.stdout)";
  const parse = async (path: string): Promise<unknown> =>
    JSON.parse((await execa("python3", ["-c", read, path])).stdout);
  // Without a telegraf to ask: the file is TOML, and these are the names of its input and of its parser's options.
  const expected = { data_format: "prometheus", prometheus_metric_version: 2, interval: "1m" };
  expect(await parse(file)).toEqual({
    inputs: { file: [{ files: ["/var/lib/backurne/backurne.prom"], ...expected }] },
  });
  // The other way stands in comments: without them it is TOML as well.
  const directory = await openDirectory("telegraf");
  const text = (await readFile(file, "utf8")).replaceAll(/^#(?=\[\[| {2}\w+ =)/gm, "");
  await writeFile(join(directory, "both.conf"), text);
  expect(await parse(join(directory, "both.conf"))).toMatchObject({
    inputs: {
      prometheus: [
        { urls: ["http://127.0.0.1:5000/metrics"], bearer_token: "/etc/telegraf/backurne.token", metric_version: 2 },
      ],
    },
  });
});
