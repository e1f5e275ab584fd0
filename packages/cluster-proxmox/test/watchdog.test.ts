import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { callsOf, open, type Scene } from "./hold.ts";
import { about, isRunning, until, watchdogsOf } from "./processes.ts";
import { serve } from "./server.ts";
import { startTool } from "./tool.ts";
import { holding, ODD } from "./vm.ts";

const FROZEN = ["state", "ping", "freeze"];
/** A watchdog was told nothing about nodes. */
const THAWED = ["list", "thaw", "status"];

/** A tool of its own, which has frozen the guest. */
async function hold(scene: Scene = {}) {
  const opened = await open(scene);
  const { server, times, vm } = opened;
  const tool = await startTool({ api: server.api(), times, stops: false });
  expect(await tool.says()).toMatchObject({ frozen: true });
  expect(vm.frozen).toBe(2);
  return { ...opened, tool };
}

describe("when the tool is gone, its watchdog thaws and ends", () => {
  it.each(["process", "group"] as const)("kill -9 of its %s", async (what) => {
    const { vm, calls, tool } = await hold();
    expect(isRunning(tool.watchdog)).toBe(true);
    tool.kill("SIGKILL", what);
    await until(() => !isRunning(tool.watchdog));
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual([...FROZEN, ...THAWED]);
  });

  it("and the guest has moved", async () => {
    const { vm, calls, tool } = await hold();
    vm.node = "pve2";
    tool.kill("SIGKILL");
    await until(() => !isRunning(tool.watchdog));
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual([...FROZEN, "list", "thaw pve2", "status pve2"]);
  });

  it("and the guest is deleted", async () => {
    const { vm, calls, tool } = await hold();
    vm.node = undefined;
    tool.kill("SIGKILL");
    await until(() => !isRunning(tool.watchdog));
    expect(new Set(calls().slice(3))).toEqual(new Set(["list"]));
  });

  it("and nobody answers for a while", async () => {
    const { vm, server, tool } = await hold();
    await server.close();
    let refused = 0;
    const refusing = createServer((socket) => (refused++, socket.destroy())).listen(server.port, "127.0.0.1");
    await once(refusing, "listening");
    tool.kill("SIGKILL");
    await until(() => refused > 6); // more than one try makes by itself
    await once(refusing.close(), "close");
    await using back = await serve(holding(vm), server.port);
    await until(() => !isRunning(tool.watchdog));
    expect(vm.frozen).toBe(0);
    // The first that is answered may be the question, after each failure, whether the guest is off.
    expect(callsOf(back).filter((call) => call !== "state")).toEqual(THAWED);
  });
});

describe("when the tool does not go on", () => {
  it("its watchdog thaws, and the tool learns of it", async () => {
    const { vm, calls, tool } = await hold({ times: { guard: 2_000 } });
    tool.kill("SIGSTOP");
    await until(() => vm.frozen === 0);
    expect(calls().slice(0, 5)).toEqual([...FROZEN, "list", "thaw"]);
    tool.kill("SIGCONT");
    tool.goOn();
    expect(await tool.says()).toEqual({ held: false, because: "it had thawed by itself" });
    expect(await tool.ended).toBe(0);
    expect(isRunning(tool.watchdog)).toBe(false);
  });

  it("until its watchdog has thawed, and freezes only then, it is watched all the same", async () => {
    const { vm, server, times, calls } = await open({ times: { guard: 300 } });
    const tool = await startTool({ api: server.api(), times, stops: true });
    await until(() => calls().includes("status"));
    expect(calls().slice(0, 5)).toEqual(["state", "ping", ...THAWED]);
    tool.kill("SIGCONT");
    expect(await tool.says()).toMatchObject({ frozen: true });
    tool.kill("SIGKILL");
    await until(() => !isRunning(tool.watchdog));
    expect(vm.frozen).toBe(0);
  });
});

describe("a watchdog", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("that is asked to end by %s thaws first", async (signal) => {
    const { vm, calls, freeze } = await open();
    const frozen = await freeze();
    const [watchdog = 0] = watchdogsOf(process.pid);
    process.kill(watchdog, signal);
    await until(() => !isRunning(watchdog));
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual([...FROZEN, ...THAWED]);
    expect(await frozen.thaw()).toEqual({ held: false, because: "it had thawed by itself" });
  });

  it("that is dismissed has sent nothing, and is gone when the thaw is over", async () => {
    const { calls, freeze } = await open();
    const frozen = await freeze();
    expect(watchdogsOf(process.pid)).toHaveLength(1);
    expect(await frozen.thaw()).toEqual({ held: true });
    expect(watchdogsOf(process.pid)).toEqual([]);
    expect(calls()).toEqual([...FROZEN, "thaw", "status"]);
  });

  it("that was killed does not keep the tool from thawing", async () => {
    const { vm, freeze } = await open();
    const frozen = await freeze();
    for (const pid of watchdogsOf(process.pid)) process.kill(pid, "SIGKILL");
    expect(await frozen.thaw()).toEqual({ held: true });
    expect(vm.frozen).toBe(0);
  });

  it("goes on when the tool has given up and ended, and ends when the agent is back", async () => {
    const { vm, odds, calls, tool } = await hold({ odds: { thaw: ODD.noAgent }, times: { thawing: 50 } });
    tool.goOn();
    expect(await tool.says()).toMatchObject({ held: false, stuck: true });
    expect(await tool.ended).toBe(0);
    const before = calls().length;
    await until(() => calls().length > before + 4);
    expect(isRunning(tool.watchdog)).toBe(true);
    delete odds.thaw;
    await until(() => !isRunning(tool.watchdog));
    expect(vm.frozen).toBe(0);
    expect(calls().slice(-2)).toEqual(["thaw", "status"]);
  });

  it("gives up in the end", async () => {
    const times = { thawing: 0, guardThawing: 100 };
    const { vm, tool } = await hold({ odds: { thaw: ODD.noAgent }, times });
    tool.kill("SIGKILL");
    await until(() => !isRunning(tool.watchdog));
    expect(vm.frozen).toBe(2);
  });
});

describe("a watchdog knows secrets, and shows none", () => {
  const LOGINS = {
    token: { login: { tokenId: "u@pam!b", tokenSecret: "5f1c9d5e-token-secret" }, secret: "5f1c9d5e-token-secret" },
    password: { login: { user: "u@pam", password: "pass&word-7" }, secret: "pass&word-7" },
  };

  it.each(Object.entries(LOGINS))("%s", async (_, { login, secret }) => {
    const { freeze, server } = await open({ login });
    const frozen = await freeze();
    const [watchdog = 0] = watchdogsOf(process.pid);
    expect(about(watchdog, "cmdline")).toMatch(/watchdog\.ts\0$/);
    expect(about(watchdog, "cmdline")).not.toContain(secret);
    expect(about(watchdog, "environ")).toBe("LC_ALL=C\0TZ=UTC\0");
    process.kill(watchdog, "SIGTERM");
    await until(() => !isRunning(watchdog));
    expect(callsOf(server).slice(-3)).toEqual(THAWED); // it was let in
    await frozen.thaw();
  });
});
