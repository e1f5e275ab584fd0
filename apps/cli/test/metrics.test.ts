import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackurneError } from "@backurne/model";
import { expect, onTestFinished, test } from "vitest";
import { settings } from "./fixture.ts";
import { run } from "./world.ts";

test("metrics are printed, or written whole for everybody to read", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "backurne-cli-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const door = { readConfig: async () => ({ ...settings, stateDir }) };
  const { stdout, exit } = await run("metrics", { door });
  expect([exit, stdout]).toEqual([0, expect.stringMatching(/^backurne_listed 1$/m)]);
  const file = join(stateDir, "backurne.prom");
  expect(await run(["metrics", "--textfile", file], { door })).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(file, "utf8")).toBe(stdout);
  expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(readdirSync(stateDir)).toEqual(["backurne.prom"]);
  expect((await run(["metrics", "--textfile", join(stateDir, "no/where.prom")], { door })).exit).toBe(1);
});

test("a pool that cannot be listed is told by the metrics, too, and the rest with it", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "backurne-cli-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const door = { readConfig: async () => ({ ...settings, stateDir }) };
  await run("backup --json", { door });
  const list = async () => {
    throw new BackurneError("command", "no monitor answers");
  };
  const file = join(stateDir, "backurne.prom");
  const backurne = { list, stats: list };
  const ended = await run(["metrics", "--textfile", file], { door, backurne });
  expect(ended).toMatchObject({ exit: 3, stderr: "backurne: no monitor answers\n" });
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^backurne_listed 0$/m);
  expect(text).toMatch(/^backurne_last_run_exit_code \d+$/m);
  mkdirSync(join(stateDir, "runs/other.ndjson")); // as good as one of another user: root may read those
  const unread = await run("metrics", { door });
  expect(unread).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^backurne_runs_listed 0$/m) });
  expect([unread.stderr, unread.stdout]).toMatchObject([
    expect.stringContaining("the same user"),
    expect.stringMatching(/^backurne_listed 1$/m),
  ]);
  rmdirSync(join(stateDir, "runs/other.ndjson"));
  const printed = await run("metrics", { door, backurne });
  expect([printed.exit, printed.stdout]).toEqual([3, text]);
});
