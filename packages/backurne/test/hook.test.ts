import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { House } from "@backurne/engine";
import { createExecutor } from "@backurne/exec";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { hookRunner } from "../src/hook.ts";

vi.setConfig({ testTimeout: 60_000 }); // real processes, perhaps on a busy machine

type Call = Parameters<House["runHook"]>[0];

let directory = "";
const path = (name: string) => join(directory, name);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backurne-hook-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A hook in the test's directory. */
function write(script: string, mode = 0o755, name = "hook"): string {
  writeFileSync(path(name), script.startsWith("#!") ? script : `#!/bin/sh\n${script}\n`);
  chmodSync(path(name), mode);
  return path(name);
}

const ABOUT = { version: 1, kind: "pre_disk", guest: "web01", disk: { image: "vm-1-disk-0" } };

function call(program: string, change: Partial<Call> = {}, signal?: AbortSignal) {
  const one: Call = { kind: "pre_disk", program, guest: "web01", image: "vm-1-disk-0", about: ABOUT, timeout: 60_000 };
  const run = hookRunner(createExecutor({ env: { PATH: process.env["PATH"] } }));
  return run({ ...one, ...change }, signal);
}

describe("a hook is given", () => {
  it.each<[string, Partial<Call>, readonly string[]]>([
    ["its kind, the guest and the disk", {}, ["pre_disk", "web01", "vm-1-disk-0"]],
    ["no disk where it is about the guest", { kind: "post_vm", image: undefined }, ["post_vm", "web01", ""]],
    [
      "names as they are",
      { guest: "px:a b$(touch canary)\n;'\"-e", image: "-rf" },
      ["pre_disk", "px:a b$(touch canary)\n;'\"-e", "-rf"],
    ],
  ])("%s", async (_, change, words) => {
    const program = write(`for word; do printf '<%s>' "$word" >>${path("words")}; done`);
    expect(await call(program, change)).toEqual({ output: "" });
    expect(readFileSync(path("words"), "utf8")).toBe(words.map((word) => `<${word}>`).join(""));
  });

  it("everything else as JSON", async () => {
    const program = write(`cat >${path("about")}`);
    expect(await call(program)).toEqual({ output: "" });
    expect(JSON.parse(readFileSync(path("about"), "utf8"))).toEqual(ABOUT);
  });

  it("which it may leave unread, however long it is", async () => {
    const about = { ...ABOUT, names: Array.from({ length: 40_000 }, () => "backup;daily;30") };
    expect(await call(write("exec <&-; echo done"), { about })).toEqual({ output: "done" });
  });

  it("its kind in the environment, and nothing of ours that the other programs do not get", async () => {
    vi.stubEnv("BACKURNE_TEST_SECRET", "sesame");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { output } = await call(write("env"));
    expect(output).toContain("BACKURNE_HOOK=pre_disk");
    expect(output).not.toContain("sesame");
  });
});

describe("what it prints is kept", () => {
  it("from both streams, in its order", async () => {
    const program = write("echo one; echo two >&2; echo three; exit 3");
    expect(await call(program)).toEqual({
      output: "one\ntwo\nthree",
      failure: `${program} failed with exit code 3: three`,
    });
  });

  it("as far as its end, however much it is", async () => {
    const { output, failure } = await call(write("seq 1 1000000; echo end"));
    expect(failure).toBeUndefined();
    expect(output.length).toBeLessThanOrEqual(4096);
    expect(output).toMatch(/\n999999\n1000000\nend$/);
  });

  it("without what would paint a terminal, also in the reason of its failure", async () => {
    const outcome = await call(write(String.raw`printf '\033[31mred\007\n\0233mnext\r\nlast\033[2J'; exit 1`));
    // oxlint-disable-next-line no-control-regex
    expect(JSON.stringify(outcome)).not.toMatch(/\\u001b|\\u0007|\\u009b|[\u0000-\u001f\u0080-\u009f]/);
    expect(outcome.output).toContain("\\x1b[31mred\\x07\n");
    expect(outcome.failure).toMatch(/exit code 1: last\\x1b\[2J$/);
  });

  it("and escaping makes it no longer", async () => {
    const { output } = await call(write(String.raw`for i in $(seq 1 5000); do printf '\001'; done`));
    expect(output).toMatch(/^[\\x01]*$/);
    expect(output.length).toBeLessThanOrEqual(4096);
  });
});

describe("it has failed", () => {
  it.each([
    ["when it says so", "exit 9", "failed with exit code 9"],
    ["when it is killed", "kill -9 $$", "was ended by SIGKILL"],
    ["when its interpreter is missing", "#!/nonexistent/python\n", "failed with exit code 127"],
  ])("%s", async (_, script, message) => {
    const program = write(script);
    expect((await call(program)).failure).toContain(`${program} ${message}`);
  });

  it("when it takes too long, and then nothing of it goes on", async () => {
    const program = write(`sleep 600 & echo $! >${path("pid")}; echo waiting; wait`);
    const outcome = await call(program, { timeout: 1000 });
    expect(outcome).toEqual({ output: "waiting", failure: `no answer within 1 s: ${program}` });
    await until(() => !isAlive(Number(readFileSync(path("pid"), "utf8"))));
  });

  it("when the run is interrupted", async () => {
    const controller = new AbortController();
    const program = write(`echo >${path("started")}; sleep 600`);
    const running = call(program, {}, controller.signal);
    await until(() => has("started"));
    controller.abort("Ctrl-C");
    expect(await running).toEqual({ output: "", failure: `stopped: ${program}` });
  });

  it("when the run was interrupted before, and then it has not run", async () => {
    const program = write(`echo >${path("started")}`);
    const { failure } = await call(program, {}, AbortSignal.abort());
    expect(failure).toBe(`not started: ${program}`);
    expect(has("started")).toBe(false);
  });
});

it("holds nobody up by what it leaves running, which lives on", async () => {
  const program = write(`echo $$ >${path("group")}; sleep 600 & echo $! >${path("pid")}; echo left`);
  expect(await call(program)).toEqual({ output: "left" });
  expect(isAlive(Number(readFileSync(path("pid"), "utf8")))).toBe(true);
  process.kill(-Number(readFileSync(path("group"), "utf8")), "SIGKILL");
});

describe("it is not run at all", () => {
  const refused = async (program: string) => {
    const { output, failure } = await call(program);
    expect(output).toBe("");
    expect(has("ran")).toBe(false);
    return failure;
  };
  const hook = (mode?: number, name?: string) => write(`touch ${path("ran")}`, mode, name);

  it("where it is missing", async () => {
    expect(await refused(path("nothing"))).toMatch(/nothing: ENOENT.*put it there/);
  });

  it("where it is a directory", async () => {
    expect(await refused(directory)).toBe(`${directory}: is no program; name a file`);
  });

  it("where it is not executable", async () => {
    expect(await refused(hook(0o644))).toMatch(/hook: cannot be run; chmod 755 it$/);
  });

  it.each([0o775, 0o757, 0o777])("where others can write it: %o", async (mode) => {
    expect(await refused(hook(mode))).toMatch(/others can change .*hook \(owner \d+, mode 07[57][57]\)/);
  });

  it("where it is a link to such a file", async () => {
    symlinkSync(hook(0o775, "open"), path("hook"));
    expect(await refused(path("hook"))).toMatch(/others can change .*\/open /);
  });

  it.each([0o775, 0o757])("where others can put another file in its place: %o", async (mode) => {
    const program = hook();
    chmodSync(directory, mode);
    expect(await refused(program)).toContain(`others can change ${directory} `);
  });

  it.each(["the link", "the file"])("where others can put another in the place of %s", async (which) => {
    for (const name of ["link", "file"]) mkdirSync(path(name));
    symlinkSync(hook(0o755, "file/hook"), path("link/hook"));
    const open = path(which.slice(4));
    chmodSync(open, 0o777);
    expect(await refused(path("link/hook"))).toContain(`others can change ${open} `);
  });

  it.skipIf(process.getuid?.() !== 0).each(["hook", "."])("where %s belongs to another user", async (name) => {
    const program = hook();
    chownSync(path(name), 65_534, 0);
    expect(await refused(program)).toMatch(/others can change .*\(owner 65534, mode 07\d\d\)/);
  });

  it("but is run where the directory lets nobody replace it", async () => {
    const program = hook();
    chmodSync(directory, 0o1777);
    expect(await call(program)).toEqual({ output: "" });
    expect(has("ran")).toBe(true);
  });
});

function has(name: string): boolean {
  try {
    readFileSync(path(name));
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
