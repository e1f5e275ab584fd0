import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { findOwned, identify, isAlive, killOwned, OWNER } from "../src/processes.ts";

function sleeper(owner: string) {
  const child = spawn("sleep", ["1000"], { env: { ...process.env, [OWNER]: owner }, stdio: "ignore" });
  return { child, pid: child.pid ?? -1, ended: once(child, "exit") };
}

test("kills what carries the mark of this directory, and nothing else", async () => {
  const [ours, other] = [sleeper("/nowhere/a"), sleeper("/nowhere/ab")];
  try {
    expect(await findOwned("/nowhere/a")).toEqual([ours.pid]);
    await killOwned("/nowhere/a");
    expect(await ours.ended).toEqual([null, "SIGKILL"]);
    expect(await findOwned("/nowhere/a")).toEqual([]);
    expect(await findOwned("/nowhere/ab")).toEqual([other.pid]);
  } finally {
    other.child.kill("SIGKILL");
  }
});

test("a pid that was used again is not the daemon", async () => {
  const me = await identify("me", process.pid);
  expect(await isAlive(me)).toBe(true);
  expect(await isAlive({ ...me, startTime: "1" })).toBe(false);
});

test("what has ended is not alive", async () => {
  const { child, pid, ended } = sleeper("/nowhere/c");
  const daemon = await identify("sleep", pid);
  child.kill("SIGKILL");
  await ended;
  expect(await isAlive(daemon)).toBe(false);
});
