import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";

// Real processes on whatever machine: how long they take proves nothing.
vi.setConfig({ testTimeout: 120_000 });

const launcher = fileURLToPath(new URL("../bin/backurne", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "backurne-launcher-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Start {
  readonly cwd?: string;
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function start(words: readonly string[], { cwd = "/", program = launcher, env = {} }: Start = {}) {
  // No Node of the host: the launcher has to find its own.
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", HOME: directory, ...env },
  });
  return { exit: status, stdout, stderr };
}

describe("the launcher", () => {
  test("works from any directory, and through links", () => {
    const [first, second] = [join(directory, "first"), join(directory, "second")];
    symlinkSync(launcher, first);
    symlinkSync("first", second);
    for (const program of [launcher, first, second])
      expect(start(["version"], { cwd: directory, program }).stdout).toMatch(/^backurne \d+\.\d+\.\d+ \(node 24\./);
  });

  test("says what to do in a clone that is not set up", () => {
    const program = join(directory, "clone of it/apps/cli/bin/backurne");
    mkdirSync(join(directory, "clone of it/apps/cli/bin"), { recursive: true });
    cpSync(launcher, program);
    chmodSync(program, 0o755);
    expect(start(["version"], { program })).toEqual({
      exit: 1,
      stdout: "",
      stderr: `backurne: this checkout is not set up yet\n  hint: cd ${directory}/clone of it && npm run bootstrap\n`,
    });
  });

  test("gives the server threads enough that reads which hang do not stop it, unless somebody says how many", () => {
    const [root, app] = [join(directory, "set up"), join(directory, "set up/apps/cli")];
    const [program, node] = [join(app, "bin/backurne"), join(root, "node_modules/.bin/node")];
    for (const one of [join(app, "bin"), join(app, "node_modules"), join(root, "node_modules/.bin")])
      mkdirSync(one, { recursive: true });
    cpSync(launcher, program);
    // In place of Node: what it would be started with.
    writeFileSync(node, '#!/bin/sh\necho "${UV_THREADPOOL_SIZE:-as it comes}"\n', { mode: 0o755 });
    const threads = (words: string, env = {}) => start(words.split(" "), { program, env }).stdout.trim();
    expect(threads("--config x.yaml serve --debug")).toBe("32");
    expect(threads("mapper")).toBe("32");
    expect(threads("serve", { UV_THREADPOOL_SIZE: "8" })).toBe("8");
    expect(threads("backup")).toBe("as it comes");
  });

  test("hands every word on as it is", () => {
    const word = "a 'b' \"c\" $(touch canary) ; * \\";
    expect(start([word, ""]).stderr).toContain("hint: see backurne --help");
    expect(start(["ls", "--config", word]).stderr).toContain(word);
  });
});

test("--help speaks English whatever the host speaks", () => {
  const { exit, stdout, stderr } = start(["--help"], { env: { LANG: "de_DE.UTF-8" } });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout).toContain("Commands:");
});

describe("the configuration", () => {
  const file = join(directory, "backurne.yaml");

  test("the example passes its own check", () => {
    writeFileSync(file, start(["config", "example"]).stdout, { mode: 0o600 });
    expect(start(["config", "check", file])).toMatchObject({ exit: 0, stderr: "" });
    expect(start(["config", "check"], { env: { BACKURNE_CONFIG: file } })).toMatchObject({ exit: 0, stderr: "" });
  });

  test("mistakes are named with their lines, exit 2", () => {
    writeFileSync(file, "snap_prefix: backup\nsurprise: 1\n", { mode: 0o600 });
    const { exit, stdout, stderr } = start(["config", "check", "--config", file]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(`${file}:2:1: surprise: `);
  });

  test("without one, the way to one", () => {
    expect(start(["ls", "--config", "/nonexistent.yaml"])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("backurne config example"),
    });
  });

  test("the schema is one JSON document", () => {
    expect(JSON.parse(start(["config", "schema"]).stdout)).toMatchObject({ title: expect.any(String) });
  });
});

const program = fileURLToPath(new URL("stopping.ts", import.meta.url));

test("a reader that goes away ends the output, quietly, and not the run", async () => {
  const child = spawn(process.execPath, ["--conditions=source", program, "talking"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += String(data)));
  child.stdout.once("data", () => child.stdout.destroy());
  const exit = await new Promise((resolve) => child.on("close", resolve));
  expect({ exit, stderr }).toEqual({ exit: 42, stderr: "reached the end\n" });
});

describe("Ctrl-C", () => {
  /** Sends the signals one by one, each after the answer to the one before. */
  function stopWith(signals: readonly NodeJS.Signals[], mode: "willing" | "stuck") {
    const child = spawn(process.execPath, ["--conditions=source", program, mode], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    const left = [...signals];
    const next = () => void (left.length > 0 && child.kill(left.shift()));
    child.stdout.on("data", next);
    child.stderr.on("data", (data: Buffer) => {
      stderr += String(data);
      next();
    });
    return new Promise<{ exit: number | null; stderr: string }>((resolve) =>
      child.on("close", (exit) => resolve({ exit, stderr })),
    );
  }

  test.each(["SIGINT", "SIGTERM"] as const)("%s aborts and lets the run close its transfers", async (signal) => {
    expect(await stopWith([signal], "willing")).toEqual({
      exit: 42,
      stderr: `\nbackurne: stopping, closing transfers…\nstopped by ${signal}\n`,
    });
  });

  test("twice is only said again, three times leaves and gives the cursor back", async () => {
    expect(await stopWith(["SIGINT", "SIGINT", "SIGTERM"], "stuck")).toEqual({
      exit: 130,
      stderr:
        "\nbackurne: stopping, closing transfers…\n" +
        "backurne: still closing transfers; once more leaves them to the next run\n" +
        "cursor back\n",
    });
  });
});
