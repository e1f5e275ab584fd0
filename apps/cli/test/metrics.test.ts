import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
