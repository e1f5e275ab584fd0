import { BackurneError } from "@backurne/model";
import { exitCodeOfError } from "@backurne/reports";
import type { Outlet, Untold } from "@backurne/reports/outlets";
import { expect, test } from "vitest";
import { NOW } from "./fixture.ts";
import { run } from "./world.ts";

const silent = async (): Promise<readonly Untold[]> => [];
const lost = (about: string) => async (): Promise<readonly Untold[]> => [
  { about, failure: { message: "its certificate has expired", code: "command" } },
];

const at = new Date(NOW).toISOString();
/** Nothing was due, and all is well. */
const events = [
  { kind: "run-started", at, run: "one", host: "bk1", version: "0" },
  { kind: "run-ended", at },
] as const;

function telling(changes: Partial<Outlet>, tellPrecheck: (failure?: unknown) => Promise<readonly Untold[]> = silent) {
  const outlet: Outlet = { event: () => undefined, end: () => undefined, settle: silent, close: silent, ...changes };
  return { events, door: { openTelling: () => ({ openOutlet: () => outlet, tellPrecheck }) } };
}

test("whom a run could not tell of its transfers stands in its report, and makes its exit code", async () => {
  const told: unknown[] = [];
  const changes = { settle: lost("report_time"), end: (report: unknown) => void told.push(report) };
  const { exit, stdout } = await run("backup --json", telling(changes));
  const report = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { exit: number };
  const failure = { message: "its certificate has expired", code: "command" };
  expect([exit, report]).toEqual([3, expect.objectContaining({ exit: 3 })]);
  expect(report).toMatchObject({ failures: [{ about: "report_time", failure }] });
  // Who is told of the run is told of that, too.
  expect(told).toEqual([report]);
});

test("whom nobody could tell how it ended is a line on stderr, and makes the exit code", async () => {
  const { exit, stdout, stderr } = await run("backup --json", telling({ close: lost("notify") }));
  expect(exit).toBe(3);
  expect(stdout).not.toContain("certificate");
  expect(stderr).toContain("notify: its certificate has expired");
});

test("so it is of a precheck without a run", async () => {
  const { exit, stderr } = await run("precheck", telling({}, lost("notify")));
  expect([exit, stderr]).toEqual([3, expect.stringContaining("notify: its certificate has expired")]);
  expect(await run("precheck", telling({}))).toMatchObject({ exit: 0, stderr: "" });
});

test("a precheck that fails is told, and still ends as it failed", async () => {
  const failure = new BackurneError("unexpected", "no route to host");
  const told: unknown[] = [];
  const tell = async (why?: unknown): Promise<readonly Untold[]> => (told.push(why), []);
  const ended = await run("precheck", { ...telling({}, tell), backurne: { precheck: () => Promise.reject(failure) } });
  expect(ended).toMatchObject({ stdout: "", stderr: expect.stringContaining("no route to host") as string });
  expect([told, ended.exit]).toEqual([[failure], exitCodeOfError("unexpected")]);
});
