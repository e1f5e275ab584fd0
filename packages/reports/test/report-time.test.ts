import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InfluxSettings, ReportTime, RunEvent } from "@backurne/model";
import { describe, expect, onTestFinished, test } from "vitest";
import { foldReport } from "../src/index.ts";
import { formatPoint } from "../src/outlets/influx.ts";
import { reportTime } from "../src/outlets/report-time.ts";
import { ended, jobOf, planOf, started, successOf } from "./fixture.ts";
import { startHttp } from "./servers.ts";

const events: readonly RunEvent[] = [
  started,
  planOf([jobOf("a"), jobOf("b c")]),
  ...successOf("a", 1, 5_000_000),
  ...successOf("b c", 20, 9_000_000),
  ended,
];

async function tell(where: ReportTime) {
  const ran: string[] = [];
  const run = async (file: string, args: readonly string[], input: string) =>
    void ran.push([file, ...args, input].join(" "));
  const outlet = reportTime(where, run);
  for (const event of events) outlet.event(event);
  const untold = (await outlet.settle()).map(({ about, failure }) => `${about}: ${failure.message}`);
  outlet.end(foldReport(events));
  // What stands in the report is not said once more.
  expect(await outlet.close()).toEqual([]);
  return { ran, untold };
}

const into = (more: Omit<InfluxSettings, "tls">): ReportTime => ({ kind: "influxdb", influxdb: { ...more, tls: {} } });

describe("how long each transfer took", () => {
  test("goes to a file, a line each", async () => {
    const directory = mkdtempSync(join(tmpdir(), "backurne-reports-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "times.log");
    expect((await tell({ kind: "file", path })).untold).toEqual([]);
    expect((await tell({ kind: "file", path })).untold).toEqual([]);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^2026-.*Z: Image rook;a;None from rook backed up, elapsed time: \d+ s, 5000000 bytes, \w+$/,
    );
  });

  test("goes to syslog, in as few calls as it takes", async () => {
    const { ran } = await tell({ kind: "syslog" });
    expect(ran.join("\n")).toMatch(/^logger --tag backurne --priority daemon.info Image rook;a;None from rook/);
    expect(ran.length).toBeLessThanOrEqual(2);
  });

  test("what could not be said, and what ended after it, is said once more at the end", async () => {
    let tries = 0;
    const { url, got } = await startHttp(() => ((tries += 1) === 1 ? 500 : 204));
    expect((await tell(into({ url, into: { db: "b" } }))).untold).toEqual([]);
    expect(got.slice(1).flatMap(({ body }) => body.trimEnd().split("\n"))).toHaveLength(2);
    const down = await startHttp(() => 500);
    expect((await tell(into({ url: down.url, into: { db: "b" } }))).untold).toHaveLength(1);
    expect(down.got).toHaveLength(2);
  });

  test("goes to InfluxDB 1, with the old tool's measurement, tags and field", async () => {
    const { url, got } = await startHttp();
    const login = { user: "u", password: "p" };
    expect((await tell(into({ url, into: { db: "back urne" }, login }))).untold).toEqual([]);
    expect(got[0]?.path).toBe("/write?db=back+urne&precision=s");
    expect(got[0]?.headers.authorization).toBe(`Basic ${btoa("u:p")}`);
    const lines = got.flatMap(({ body }) => body.split("\n"));
    expect(lines).toEqual([
      expect.stringMatching(/^backurne,image=rook;a;None,endpoint=rook,mode=\w+ duration=\d+i,bytes=5000000i \d{10}$/),
      expect.stringMatching(/^backurne,image=rook;b\\ c;None,endpoint=rook,/),
    ]);
  });

  test("goes to InfluxDB 2", async () => {
    const { url, got } = await startHttp();
    await tell(into({ url, into: { org: "ops", bucket: "backurne" }, login: { token: "t" } }));
    expect(got[0]).toMatchObject({ path: "/api/v2/write?org=ops&bucket=backurne&precision=s" });
    expect(got[0]?.headers.authorization).toBe("Token t");
  });

  test.each([
    [
      "a server that refuses",
      async () => (await startHttp(() => 401)).url,
      "report_time: answered with status 401: as it was asked",
    ],
    ["a server that is not there", async () => "http://127.0.0.1:1", "ECONNREFUSED"],
  ])("is told once to be lost, and stops no run: %s", async (_, start, message) => {
    const { untold } = await tell(into({ url: await start(), into: { db: "d" } }));
    expect(untold).toEqual([expect.stringContaining(message)]);
  });
});

test.each([
  ["a,b=c d", "a\\,b\\=c\\ d"],
  ["two\nlines", "two\\ lines"],
  ["ends with \\", "ends\\ with\\ "],
  ["ünï", "ünï"],
])("a name is data in the line protocol: %j", (image, escaped) => {
  const line = formatPoint({ measurement: "m", tags: { image, empty: "" }, fields: { n: 1.6 }, time: 1_500 });
  expect(line).toBe(`m,image=${escaped} n=2i 1`);
});
