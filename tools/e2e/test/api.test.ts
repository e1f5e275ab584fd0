import { execa } from "execa";
import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";
import { LAUNCHER, writeConfig } from "../src/cli.ts";
import { startServer } from "../src/server.ts";

test("somebody with a token starts a run, follows it, and sees the backup", async () => {
  const arena = await openArena();
  await arena.createImage("web01", 16 * MiB);
  await arena.change("web01", [write(0, 2 * MiB)]);
  const config = await writeConfig(arena);
  const backurne = (...words: string[]) => execa(LAUNCHER, ["--config", config, ...words], { reject: false });
  const token = (await backurne("token", "create", "--scope", "backup", "--name", "e2e")).stdout.trim();
  const server = await startServer(config);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });

  expect((await fetch(`${server.url}/api/v1/images`)).status).toBe(401);
  expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ ok: true });
  const plan = (await (await ask("/api/v1/plan")).json()) as { jobs: unknown[] };
  expect(plan.jobs).toHaveLength(1);

  const begun = await ask("/api/v1/runs", { method: "POST", body: "{}" });
  expect(begun.status).toBe(202);
  const where = begun.headers.get("location") ?? "";
  const told = await (await ask(`${where}/events`)).text();
  for (const kind of ["run-started", "plan", "transfer-ended", "job-ended", "run-ended"]) {
    expect(told).toContain(`"kind":"${kind}"`);
  }
  const report = told.slice(told.lastIndexOf("event: report"));
  expect(report).toMatch(/"exit":0/);
  expect(await (await ask(where)).json()).toMatchObject({ state: "ended", report: { totals: { done: 1, full: 1 } } });

  const { points, explanation } = (await (await ask("/api/v1/images/alpha%2Fweb01")).json()) as {
    points: { uuid: string }[];
    explanation: { state: string };
  };
  expect(points.map(({ uuid }) => uuid)).toEqual(
    (await arena.backupSnapshots("alpha;web01;None")).map(({ name }) => name),
  );
  expect(explanation.state).toBe("present");
  const old = (await (await ask("/backup/alpha;web01;None/")).json()) as object[];
  expect(old).toHaveLength(points.length);
  expect(await (await ask("/api/v1/check")).json()).toMatchObject({ state: "ok" });
  await arena.assertHonest();

  // What cron has run is seen, too.
  expect((await backurne("backup")).exitCode).toBe(0);
  const { runs } = (await (await ask("/api/v1/runs")).json()) as { runs: unknown[] };
  expect(runs).toHaveLength(2);
  expect(await server.stop()).toBe(0);
});
