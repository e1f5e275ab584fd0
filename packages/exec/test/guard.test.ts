import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Command, CommandError, createExecutor, startGuard } from "../src/index.ts";
import { isAlive, scratch, until } from "./fixture.ts";

const program = fileURLToPath(new URL("./programs/guard.ts", import.meta.url));
const guard: Command = { file: process.execPath, args: ["--conditions=source", program] };
const holder = fileURLToPath(new URL("./programs/guarded.ts", import.meta.url));

const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/** Not bash, which reads ~/.bashrc when its stdin is a socket. */
const dash = (script: string): Command => ({ file: "sh", args: ["-c", script] });

describe("a guard", () => {
  test("knows its order when it is ready, and does nothing when it is dismissed", async () => {
    const path = scratch();
    const file = path("did");
    const started = await startGuard(guard, JSON.stringify({ file, secret: "p;$(x)'\"" }));
    expect(read(file)).toBe("ready\n");
    await started.dismiss();
    expect(read(file)).toBe("ready\ndismissed\n");
  });

  test("acts when it is left", async () => {
    const path = scratch();
    const file = path("did");
    const started = await startGuard(guard, JSON.stringify({ file }));
    started.leave();
    await until(() => read(file).endsWith("gone\n"));
    expect(read(file)).toBe("ready\ngone\n");
  });

  test.each(["the process", "its whole process group"])("acts when kill -9 ends %s", async (what) => {
    const path = scratch();
    const file = path("did");
    const pid = path("pid");
    const executor = createExecutor();
    // In a process group of its own, as a tool that cron has started.
    const ended = executor
      .run([{ file: process.execPath, args: ["--conditions=source", holder, program, file, pid] }])
      .catch(() => {});
    await until(() => read(pid).endsWith("\n"));
    const victim = Number(read(pid));
    process.kill(what === "the process" ? victim : -victim, "SIGKILL");
    await ended;
    await until(() => read(file).endsWith("gone\n"));
    expect(isAlive(victim)).toBe(false);
  });

  const bad: readonly [string, Command, RegExp][] = [
    ["ends at once", dash("echo broken >&2; exit 1"), /broken/],
    ["says something else", dash("echo hello; sleep 60"), /did not get ready/],
    ["is not there", { file: "/no/such/program", args: [] }, /ENOENT/],
  ];
  test.each(bad)("that %s is an error", async (_, command, why) => {
    const started = startGuard(command, "{}");
    await expect(started).rejects.toThrow(CommandError);
    await expect(started).rejects.toThrow(why);
  });

  test("that says nothing is ended", async () => {
    const pid = scratch()("pid");
    await expect(startGuard(dash(`echo $$ > '${pid}'; sleep 60`), "{}", { patience: 300 })).rejects.toThrow(
      /did not get ready/,
    );
    expect(isAlive(Number(read(pid)))).toBe(false);
  });
});
