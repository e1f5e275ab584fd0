import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rados } from "@backurne/sandbox";
import { expect, test } from "vitest";
import { openProxmoxCommand, type ProxmoxCommand, type Secrets } from "../src/proxmox-cli.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";
import { watchCommandLines } from "../src/command-lines.ts";

const FREEZE = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze";
const CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";

const LOGINS = {
  "a password": ({ password }: Secrets) => `user: root@pam\n    password_file: ${password}`,
  "a token": ({ tokenSecret }: Secrets) => `token_id: root@pam!backurne\n    token_secret_file: ${tokenSecret}`,
};

test.each(["wrong pin", "right pin", "unknown authority"] as const)(
  "%s: who is not known is not told anything",
  async (kind) => {
    const arena = await openProxmoxArena();
    const { simulator } = arena;
    await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast" } });
    const pins = simulator.access.endpoints.map(({ fingerprint }) => fingerprint);
    const wrong = pins.map((pin) => pin.replace(/^../, (byte) => (byte === "00" ? "01" : "00")));
    const TLS = {
      "wrong pin": { fingerprint: wrong.join(" ") },
      "right pin": { fingerprint: pins.join(" ") },
      "unknown authority": "system",
    } as const;
    const { user, password, endpoints } = simulator.access;
    const hosts = endpoints.map(({ host, port }) => `${host}:${port}`);
    arena.configure({ api: { hosts, port: 8006, login: { user, password }, tls: TLS[kind] } });
    const { report } = await arena.backup();
    if (kind === "right pin") {
      expect(report).toMatchObject({ exit: 0, warnings: [], totals: { full: 1 } });
      expect(report.jobs[0]?.consistency).toEqual({ kind: "quiesced" });
      return;
    }
    expect(report).toMatchObject({ exit: 3, totals: { planned: 0 }, failures: [{ about: "px" }] });
    expect(simulator.journal.requests).toEqual([]);
    expect(await arena.standing("fast:vm-100-disk-0")).toEqual([]);
  },
);

test.each(["a password", "a token"] as const)("%s stands in no output, file, argument or object", async (kind) => {
  const arena = await openProxmoxArena();
  const { faults, access } = arena.simulator;
  const cipassword = "a-password-of-cloud-init";
  await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast" }, config: { cipassword } });
  await arena.addGuest({ vmid: 101, name: "odd", disks: { scsi0: "fast" } });
  const told = [access.password, access.tokenSecret, cipassword, "PVE:root@pam:", "not-the-secret"];
  // A proxy in between that repeats all it is sent.
  const given = kind === "a password" ? access.password : `PVEAPIToken=root@pam!backurne=${access.tokenSecret}`;
  const message = `cannot parse ${given}`;
  faults.add({ route: CONFIG, vmid: 101, effect: { do: "refuse", status: 500, message } });
  faults.add({ route: FREEZE, vmid: 100, effect: { do: "wait", ms: 1500, when: "after" } });
  const command = await openProxmoxCommand(arena, { login: LOGINS[kind] });
  const said: string[] = [];
  const run = async (...args: string[]) => {
    const outcome = await command.run(...args);
    said.push(outcome.stdout, outcome.stderr);
    return outcome;
  };

  const lines = watchCommandLines();
  const backup = await run("backup", "--json", "--debug");
  const seen = lines.stop();
  expect(backup.code).toBe(3);
  expect(backup.stdout).toContain("px/odd (101)");
  expect(seen.some((line) => line.includes("watchdog"))).toBe(true);
  expect(seen.filter((line) => told.some((secret) => line.includes(secret)))).toEqual([]);

  expect((await run("plan", "--force", "--json", "--debug")).code).toBe(3);
  const points = await run("ls", "px/web/scsi0", "--json");
  expect(JSON.parse(points.stdout)).toMatchObject([
    { consistency: { kind: "quiesced" }, config: { vmid: 100, config: { agent: "1" } } },
  ]);
  expect(points.stdout).not.toContain("cipassword");
  const vmid = await run("backup", "--vmid", "100");
  expect(vmid.code).toBe(2);
  expect(vmid.stderr).toContain("--cluster");

  for (const file of ["password", "token"]) await writeFile(join(command.dir, file), "not-the-secret");
  const refused = await run("backup", "--debug");
  expect(refused.code).toBe(3);
  expect(refused.stdout + refused.stderr).toContain("401");

  const kept = [...said, ...(await filesOf(command)), ...(await objectsOf(arena))];
  expect(kept.length).toBeGreaterThan(said.length + 6);
  for (const secret of told) expect(kept.filter((text) => text.includes(secret))).toEqual([]);
});

/** What the tool has written on this host. */
async function filesOf({ dir }: ProxmoxCommand): Promise<readonly string[]> {
  const all = await readdir(dir, { recursive: true, withFileTypes: true });
  const own = all.filter((one) => one.isFile() && !["password", "token"].includes(one.name));
  return Promise.all(own.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")));
}

/** What it has written into the pool: objects of its own, and marks. */
async function objectsOf(arena: ProxmoxArena): Promise<readonly string[]> {
  const { backup } = arena.sandbox;
  const all = (await rados(backup, ["--pool", arena.pool, "ls"])).split("\n");
  const own = all.filter((object) => object.startsWith("backurne."));
  const contents = own.map((object) => rados(backup, ["--pool", arena.pool, "get", object, "-"]));
  const marks = (await arena.backupImages()).map((image) =>
    arena.backupSide("image-meta", "list", `--pool=${arena.pool}`, `--image=${image}`),
  );
  return Promise.all([...contents, ...marks]);
}
