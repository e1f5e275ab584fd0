import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as schemas from "@backurne/reports/schemas";
import { exampleConfig } from "backurne";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { keepPrecheck } from "backurne/check";
import { NOW, prechecked } from "./fixture.ts";
import { run } from "./world.ts";

const directory = mkdtempSync(join(tmpdir(), "backurne-check-"));
const stored = join(directory, "check.json");
const config = join(directory, "backurne.yaml");
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(async () => {
  await keepPrecheck(directory, prechecked);
  writeFileSync(config, exampleConfig().replace("state_dir: /var/lib/backurne", `state_dir: ${directory}`));
  chmodSync(config, 0o600);
});

describe("check", () => {
  test("prints what was stored, without the front door", async () => {
    const { exit, stdout, stderr, calls } = await run(["check", "--state-dir", directory]);
    await expect(stdout).toMatchFileSnapshot("goldens/check.txt");
    expect({ exit, stderr, calls }).toEqual({ exit: 2, stderr: "", calls: [] });
  });

  test("finds the directory in the configuration, and reads no secret for it", async () => {
    writeFileSync(config, `${readFileSync(config, "utf8")}\nprofiles_api: { url: "http://x/", token_file: nowhere }\n`);
    const { exit, stdout } = await run(["check", "--config", config]);
    expect(stdout).toMatch(/^BACKURNE CRITICAL - 2 of 3127 disks late/);
    expect(exit).toBe(2);
  });

  test("--json is the same for programs", async () => {
    const { exit, stdout } = await run(["check", "--json", "--state-dir", directory]);
    expect(schemas.check.parse(JSON.parse(stdout))).toMatchObject({ state: "critical", exit });
  });

  test.each([
    [0, 0],
    [2.5, 1],
    [4, 2],
  ])("%d hours after a precheck that found nothing: exit %i", async (hours, code) => {
    await keepPrecheck(directory, { ...prechecked, at: new Date(NOW - hours * 3_600_000).toISOString(), problems: [] });
    expect((await run(["check", "--state-dir", directory])).exit).toBe(code);
  });

  test("long lists end with how to see the rest", async () => {
    const [first] = prechecked.problems;
    const problems = Array.from({ length: 300 }, (_, index) => ({ ...first!, about: `rook/${index}` }));
    await keepPrecheck(directory, { ...prechecked, problems });
    const lines = (await run(["check", "--state-dir", directory])).stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe("and 201 more: backurne check --json");
  });

  test("anybody may read the file, and nobody finds half of one", () => {
    expect(statSync(stored).mode & 0o777).toBe(0o644);
  });
});

describe("unknown, exit 3", () => {
  const nowhere = join(directory, "nowhere");
  const UNKNOWN: readonly [string, readonly string[], () => void, string][] = [
    ["nothing stored", ["--state-dir", nowhere], () => {}, "cannot read"],
    ["half a file", ["--state-dir", directory], () => writeFileSync(stored, '{"version":1,'), "cannot read"],
    ["another file", ["--state-dir", directory], () => writeFileSync(stored, '{"version":2}'), "not what precheck"],
    ["null", ["--state-dir", directory], () => writeFileSync(stored, "null"), "not what precheck"],
    ["no configuration", ["--config", nowhere], () => {}, "cannot read the configuration"],
    ["a wrong one", ["--config", config], () => writeFileSync(config, "profils: {}\n"), "profils: unknown key"],
  ];
  test.each(UNKNOWN)("%s", async (_, words, spoil, message) => {
    spoil();
    const { exit, stdout, stderr } = await run(["check", ...words]);
    expect({ exit, stderr, lines: stdout.split("\n").length }).toEqual({ exit: 3, stderr: "", lines: 2 });
    expect(stdout).toMatch(/^BACKURNE UNKNOWN - /);
    expect(stdout).toContain(message);
    expect((await run(["check", "--json", ...words])).exit).toBe(3);
  });
});

test("precheck shows what it found, and finding something is no failure", async () => {
  const { exit, stdout, calls } = await run("precheck --json");
  expect(schemas.precheck.parse(JSON.parse(stdout))).toEqual(prechecked);
  expect(exit).toBe(0);
  expect(calls.map(([name]) => name)).toContain("precheck");
});
