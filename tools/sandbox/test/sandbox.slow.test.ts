import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectSimulator } from "@backurne/proxmox-simulator";
import { createPool, down, load, locate, rados, rbd, removePool, status, up } from "../src/index.ts";
import type { Proxmox, Sandbox } from "../src/index.ts";
import { findOwned } from "../src/processes.ts";

const SLOW = 120_000;
const prefix = `test-${process.pid}`;

describe("two sandboxes booted at once", { timeout: SLOW }, () => {
  const names = [`${prefix}-a`, `${prefix}-b`] as const;
  let a: Sandbox;
  let b: Sandbox;

  beforeAll(async () => {
    [a, b] = await Promise.all([up({ name: names[0], fast: true }), up({ name: names[1], proxmox: true })]);
  }, SLOW);
  afterAll(async () => {
    await Promise.all(names.map((name) => down({ name })));
  });

  test("are four clusters", async () => {
    const clusters = [a.live, a.backup, b.live, b.backup];
    expect(new Set(clusters.map((cluster) => cluster.fsid)).size).toBe(4);
    await rbd(a.live, ["create", "--size=1G", "only-here"]);
    const disks = "vm-100-disk-0\nvm-100-disk-1\n";
    expect(await Promise.all(clusters.map((cluster) => rbd(cluster, ["ls"])))).toEqual(["only-here\n", "", disks, ""]);
  });

  test("are found again by name, as up returned them", async () => {
    expect(await load(names[0])).toEqual(a);
    expect((await status(names[1])).daemons.map(({ name, alive }) => [name, alive])).toEqual(
      ["live mon", "live osd", "backup mon", "backup osd", "sshd", "proxmox"].map((name) => [name, true]),
    );
    expect(a.proxmox).toBeUndefined();
  });

  test("refuse to be booted over", async () => {
    await expect(up({ name: names[0] })).rejects.toThrow("already there");
    expect((await status(names[0])).daemons.every((daemon) => daemon.alive)).toBe(true);
  });

  test("let the live cluster be used over ssh, through a strict client", async () => {
    const ssh = (...command: string[]) => execa("ssh", ["-F", a.ssh.configFile, "live", ...command]);
    await ssh("rbd", "--conf", a.live.conf, "--id", "admin", "create", "--size=8M", "by-ssh");
    expect((await ssh("rbd", "--conf", a.live.conf, "--id", "admin", "ls")).stdout.split("\n")).toContain("by-ssh");
    expect((await ssh("cd && pwd")).stdout).toBe(`${a.dir}/ssh/home`);
    expect((await ssh("printenv SSH_CONNECTION")).stdout).toMatch(new RegExp(`127.0.0.1 ${a.ssh.port}$`));
  });

  test("the key of one does not open the other", async () => {
    const known = ["-F", "none", "-o", `UserKnownHostsFile=${b.dir}/ssh/known_hosts`, "-o", "BatchMode=yes"];
    const knock = (identity: string) =>
      execa("ssh", [...known, "-o", "IdentitiesOnly=yes", "-i", identity, "-p", `${b.ssh.port}`, "127.0.0.1", "true"], {
        reject: false,
      });
    expect((await knock(b.ssh.identityFile)).exitCode).toBe(0);
    const refused = await knock(a.ssh.identityFile);
    expect([refused.exitCode, refused.stderr]).toEqual([255, expect.stringContaining("Permission denied")]);
  });

  test("play a Proxmox cluster whose guest has its disks on the live cluster", async () => {
    const { url, caFile, tokenId, tokenSecret, control } = b.proxmox as Proxmox;
    const headers = { authorization: `PVEAPIToken=${tokenId}=${tokenSecret}` };
    const ca = await readFile(caFile);
    const ask = async (path: string, method = "GET") => {
      const sent = request(`${url}/api2/json${path}`, { ca, headers, method }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      return ((await json(response)) as { data: unknown }).data;
    };
    const config = (await ask("/nodes/pve1/qemu/100/config?current=1")) as Record<string, string>;
    const images = [config["scsi0"], config["scsi1"]].map((disk) => /^ceph:(.*),size=1G$/.exec(disk ?? "")?.[1] ?? "");
    for (const image of images) expect(await rbd(b.live, ["info", image])).toContain("size 1 GiB");
    const [ceph] = (await ask("/storage?type=rbd")) as { pool: string; monhost: string }[];
    expect(ceph).toMatchObject({ storage: "ceph", pool: "rbd", monhost: `127.0.0.1:${b.live.port}` });
    await ask("/nodes/pve1/qemu/100/agent/fsfreeze-freeze", "POST");
    expect((await connectSimulator(control).state()).guests).toMatchObject([{ vmid: 100, frozen: 2 }]);
  });

  test("take sixty pools and bytes as they are", async () => {
    for (let ten = 0; ten < 60; ten += 10)
      await Promise.all(Array.from({ length: 10 }, (_, i) => createPool(a.backup, `pool-${ten + i}`)));
    await rados(a.backup, ["--pool=pool-59", "put", "object", "-"], { input: "a\nb\n\n" });
    expect(await rados(a.backup, ["--pool=pool-59", "get", "object", "-"])).toBe("a\nb\n\n");
    await removePool(a.backup, "pool-0");
    await expect(rbd(a.backup, ["ls", "--pool=pool-0"])).rejects.toThrow("No such file");
  });

  test("a dead daemon shows, and down still leaves nothing, sessions and sockets included", async () => {
    process.kill(a.backup.osd.pid, "SIGKILL");
    await waitUntil(async () => (await status(names[0])).daemons.some((daemon) => !daemon.alive));
    const dead = (await status(names[0])).daemons.filter((daemon) => !daemon.alive);
    expect(dead.map((daemon) => daemon.name)).toEqual(["backup osd"]);

    // One session that is open, one that left a process of its own behind.
    await execa("ssh", ["-F", a.ssh.configFile, "live", "setsid sleep 4242 >/dev/null 2>&1 </dev/null &"]);
    const open = spawn("ssh", ["-F", a.ssh.configFile, "live", "sleep 4243"], { stdio: "ignore" });
    const closed = once(open, "exit");
    // Three Ceph daemons, the sshd, what was left behind, the open session and its command.
    await waitUntil(async () => (await findOwned(a.dir)).length >= 3 + 1 + 1 + 2);

    const proxmoxPorts = b.proxmox?.endpoints.map(({ port }) => port) ?? [];
    await Promise.all(names.map((name) => down({ name })));
    await closed;
    for (const { dir, live, backup, ssh } of [a, b])
      expect(await findLeftovers(dir, [live.port, backup.port, ssh.port, ...proxmoxPorts])).toEqual([]);
    await Promise.all(names.map((name) => down({ name })));
  });
});

describe("a boot that is cut", { timeout: SLOW }, () => {
  const name = `${prefix}-cut`;
  const dir = locate({ name });
  const cli = new URL("../src/cli.ts", import.meta.url).pathname;

  afterAll(() => down({ name }), SLOW);

  async function bootUntilDaemonsRun() {
    const child = spawn(process.execPath, ["--conditions=source", cli, "up", "--name", name], { stdio: "ignore" });
    const ended = once(child, "exit");
    await waitUntil(async () => (await findOwned(dir)).length >= 3);
    return { child, ended };
  }

  test("by Ctrl-C takes everything down itself", async () => {
    const { child, ended } = await bootUntilDaemonsRun();
    child.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    expect(await findLeftovers(dir)).toEqual([]);
  });

  test("by kill -9 is taken down by down, which refuses while it is still booting", async () => {
    const { child, ended } = await bootUntilDaemonsRun();
    await expect(down({ name })).rejects.toThrow(`booted by process ${child.pid}`);
    child.kill("SIGKILL");
    await ended;
    expect((await findOwned(dir)).length).toBeGreaterThan(0);
    await down({ name });
    expect(await findLeftovers(dir)).toEqual([]);
  });

  test("by a signal of the caller rejects with its reason", async () => {
    const stop = new AbortController();
    const booted = up({ name, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 1500);
    await expect(booted).rejects.toThrow("enough");
    expect(await findLeftovers(dir)).toEqual([]);
  });
});

/** Looks by other means than `down` does: command lines, sockets, files. */
async function findLeftovers(dir: string, ports: readonly number[] = []): Promise<string[]> {
  const { stdout: processes } = await execa("pgrep", ["-af", `${dir}/`], { reject: false });
  const { stdout: tcp } = await execa("ss", ["-Htanp", "state", "listening", "state", "established"]);
  const { stdout: unix } = await execa("ss", ["-Hxl"]);
  const used = tcp.split("\n").filter((line) => ports.some((port) => line.includes(`127.0.0.1:${port} `)));
  const sockets = unix.split("\n").filter((line) => line.includes(`${dir}/`));
  return [...processes.split("\n"), ...used, ...sockets, existsSync(dir) ? dir : ""].filter((line) => line !== "");
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}
