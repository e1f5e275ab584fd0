import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Access, connectSimulator, program } from "../src/index.ts";
import { DEMO } from "./client.ts";

async function makeDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-simulator-test-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

function start(...args: string[]) {
  const child = spawn(process.execPath, ["--conditions=source", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, ended };
}

test("runs from a state file until it gets a signal, and keeps its certificates", async () => {
  const dir = await makeDirectory();
  const state = join(dir, "state.json");
  await writeFile(state, JSON.stringify({ name: "lab", nodes: ["a", "b", "c"], guests: [{ ...DEMO, node: "b" }] }));
  const fingerprints = new Set<string>();
  for (let i = 0; i < 2; i++) {
    await rm(join(dir, "simulator.json"), { force: true });
    const { child, ended } = start("--dir", dir, "--state", state);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const file = join(dir, "simulator.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const access = JSON.parse(await readFile(file, "utf8")) as Access;
    expect(line.toString()).toBe(`${access.url}, controlled at ${access.control}: ${file}\n`);
    expect(access.endpoints.map(({ node }) => node)).toEqual(["a", "b", "c"]);
    expect(access.caFile.startsWith(dir)).toBe(true);
    for (const { fingerprint } of access.endpoints) fingerprints.add(fingerprint);
    const { guests, name } = await connectSimulator(access.control).state();
    expect([name, guests.map(({ vmid }) => vmid)]).toEqual(["lab", [100]]);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }
  expect(fingerprints.size).toBe(3);
});

test("a state that cannot be ends it with the reason", async () => {
  const dir = await makeDirectory();
  const state = join(dir, "state.json");
  await writeFile(state, JSON.stringify({ nodes: ["a"], guests: [DEMO] }));
  const { child, ended } = start("--dir", dir, "--state", state);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  expect((await ended)[0]).toBe(1);
  expect(said).toContain("there is no node pve1: a");
});
