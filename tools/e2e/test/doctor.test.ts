import { createHash } from "node:crypto";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding, PlainCluster } from "@backurne/model";
import { ceph, rados } from "@backurne/sandbox";
import type { OpenOptions } from "backurne";
import { expect, onTestFinished, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openCommand } from "../src/cli.ts";
import { readMarks } from "../src/history.ts";
import { waitForExpiry } from "../src/leases.ts";
import { unfinishedOf } from "../src/restoring.ts";

const TARGET = "alpha;disk;None";

/** What is found beyond what a healthy pair of clusters already has. */
async function examine(arena: Arena, options: OpenOptions = {}): Promise<readonly string[]> {
  await using backurne = await arena.open(options);
  const { findings } = await backurne.examine();
  const told = findings.filter(({ probe, severity }) => severity !== "info" && probe !== "versions");
  return told.map(describe).toSorted();
}

function describe({ severity, probe, about, what }: Finding): string {
  return `${severity} ${probe} ${about}: ${what}`;
}

function withAlpha(arena: Arena, changes: Partial<PlainCluster>): void {
  const [alpha] = arena.settings.liveClusters as readonly [PlainCluster];
  arena.settings = { ...arena.settings, liveClusters: [{ ...alpha, ...changes }] };
}

async function openHealthy(): Promise<Arena> {
  const arena = await openArena();
  withAlpha(arena, { liveWorker: 4 }); // fewer than any sshd takes at once
  await arena.createImage("disk", 16 * MiB, "--image-feature", "exclusive-lock,object-map,fast-diff");
  await arena.change("disk", [write(0, MiB)]);
  expect((await arena.backup()).report.exit).toBe(0);
  return arena;
}

test("healthy clusters have no errors and no warnings, and looking changes nothing", async () => {
  const arena = await openHealthy();
  const before = await rados(arena.sandbox.backup, ["--pool", arena.pool, "ls"]);
  expect(await examine(arena)).toEqual([]);
  expect(await rados(arena.sandbox.backup, ["--pool", arena.pool, "ls"])).toBe(before);
});

test("quota, features, object maps, and what is left over: each is found, and only leftovers are mended", async () => {
  const arena = await openHealthy();
  const { sandbox, pool } = arena;
  const image = (name: string) => [`--pool=${pool}`, `--image=${name}`];
  const [point] = await arena.backupSnapshots(TARGET);
  const at = [...image(TARGET), `--snap=${point?.name}`];
  await arena.backupSide("snap", "protect", ...at);
  await arena.backupSide("clone", ...at, `--dest-pool=${pool}`, "--dest=restore-7");
  await arena.live("feature", "disable", ...image("disk"), "fast-diff", "object-map");
  await arena.live("feature", "enable", ...image("disk"), "object-map", "fast-diff");
  await arena.createImage("other", MiB);
  await arena.backup();
  await arena.backupSide("feature", "disable", ...image("alpha;other;None"), "fast-diff", "object-map");
  await rados(sandbox.backup, ["--pool", pool, "append", "backurne.intents", "-"], { input: "+dead 1\n" });
  await rados(sandbox.backup, ["--pool", pool, "append", "backurne.intents.dead", "-"], {
    input: '["freezing","px1",100,"a;b"]\n',
  });
  const { source } = await readMarks(arena, "alpha;other;None");
  const base = JSON.stringify({ name: "backup;daily;7;2026-01-01T00:00:00.000Z", shared: [], source });
  await arena.backupSide("image-meta", "set", ...image("alpha;other;None"), "backurne.base", base);
  await rados(sandbox.backup, ["--pool", pool, "rm", "backurne.index"]);
  await ceph(sandbox.backup, ["osd", "pool", "set-quota", pool, "max_objects", "100000"]);

  await using backurne = await arena.open();
  const { findings } = await backurne.examine();
  const found = findings
    .filter(({ probe }) => !["versions", "caps", "files"].includes(probe))
    .map(describe)
    .toSorted();
  expect(found).toEqual([
    `info leftovers alpha;other;None: a run died while it was receiving; its lease has expired`,
    `info space backup (pool ${pool}): it has a quota: 100000 objects`,
    "warning images alpha/disk: object map invalid, fast diff invalid",
    "warning images alpha;other;None: without object-map, fast-diff",
    `warning leftovers ${TARGET}@${point?.name}: the snapshot is protected, and nothing of ours has it mapped`,
    "warning leftovers px1 guest 100: a run that has not said that it thawed it had frozen it",
    "warning leftovers restore-7: a clone made for mapping that nobody has open",
  ]);

  const fixes = findings.flatMap(({ fix }) => fix ?? []);
  const unprotect = fixes.find(({ kind }) => kind === "unprotect");
  const remove = fixes.find(({ kind }) => kind === "remove image");
  expect(fixes).toHaveLength(2);
  expect(await backurne.mend(unprotect!)).toMatchObject({ outcome: "left alone", because: "clones hang on it" });
  expect(await backurne.mend({ kind: "remove image", image: TARGET })).toMatchObject({ outcome: "left alone" });
  expect(await backurne.mend(remove!)).toMatchObject({ outcome: "done" });
  expect(await backurne.mend(unprotect!)).toMatchObject({ outcome: "done" });
  expect(await arena.backupImages()).toEqual(["alpha;disk;None", "alpha;other;None"]);
});

test("a clock that is ahead or behind is an error", async () => {
  const arena = await openHealthy();
  for (const [seconds, how] of [
    [90, "ahead"],
    [-90, "behind"],
  ] as const) {
    arena.ahead = seconds * 1000;
    const found = await examine(arena);
    expect(found).toContainEqual(expect.stringMatching(`^error clocks this host: its clock is (89|90|91) s ${how}$`));
  }
});

test("a lease that expired on a chain that is gone, and an unfinished restore: found, and taken away", async () => {
  const arena = await openHealthy();
  const { sandbox, pool } = arena;
  const backup = (...args: string[]): Promise<string> => rados(sandbox.backup, ["--pool", pool, ...args]);
  const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
  const lease = `backurne.lease.${sha("alpha;gone")}`;
  const lock = ["--lock-type", "shared", "--lock-tag", "dead", "--lock-cookie", "1", "--lock-duration", "5"];
  await rados(sandbox.backup, ["--pool", pool, "append", "backurne.intents", "-"], { input: "+dead 1\n" });
  const intent = { input: '["alpha;gone","backup;daily;7;2026-01-01T00:00:00.000Z"]\n' };
  await rados(sandbox.backup, ["--pool", pool, "append", "backurne.intents.dead", "-"], intent);
  await backup("lock", "get", lease, "backurne", ...lock);
  const to = `alpha/${pool}/back`;
  const { image: left, meta } = unfinishedOf(arena, to);
  await arena.createImage(left, MiB);
  await arena.live(...meta, `--pool=${pool}`, `--image=${left}`);

  await waitForExpiry(arena);
  await using backurne = await arena.open();
  const leftovers = async (): Promise<readonly Finding[]> =>
    (await backurne.examine()).findings.filter(({ probe }) => probe === "leftovers");
  const found = await leftovers();
  expect(found.map(({ severity, about, what }) => `${severity} ${about}: ${what}`)).toEqual([
    `warning alpha/${pool}/${left}: a restore of a;b;c that died on bk9 left it; it was to become back`,
    "info alpha;gone: a run that died left its lease, and the chain is not here any more",
  ]);
  expect(await backup("ls")).toContain(lease);
  for (const { fix } of found) expect(await backurne.mend(fix!)).toMatchObject({ outcome: "done" });
  expect(await leftovers()).toEqual([]);
  expect(await backup("ls")).not.toContain(lease);
  expect(JSON.parse(await arena.live("ls", `--pool=${pool}`, "--format", "json"))).toEqual(["disk"]);
});

test("users that may too little, hosts that cannot be reached, programs that are not there", async () => {
  const arena = await openHealthy();
  const { sandbox, pool } = arena;
  const directory = await mkdtemp(join(tmpdir(), "backurne-doctor-"));
  onTestFinished(() => rm(directory, { recursive: true }));

  // A user with less than enough may not even ask what it may.
  const keyring = join(directory, "keyring");
  const key = await ceph(sandbox.backup, [
    "auth",
    "get-or-create",
    `client.${pool}`,
    "mon",
    "profile rbd",
    "osd",
    `profile rbd-read-only pool=${pool}`,
  ]);
  await writeFile(keyring, key);
  const conf = join(directory, "poor.conf");
  await writeFile(conf, `[global]\nmon host = 127.0.0.1:${sandbox.backup.port}\nkeyring = ${keyring}\n`);
  const { settings } = arena;
  arena.settings = { ...settings, backup: { ...settings.backup, cephConf: conf, cephId: pool } };
  expect(await examine(arena)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(`^error caps client.${pool} on backup .*: it may not write objects`),
    ]),
  );
  arena.settings = settings;

  // Programs of this host, by a PATH without zstd.
  for (const name of ["rbd", "rados", "ceph", "ssh", "sh", "bash", "perl", "date", "xxhsum", "python3"]) {
    await symlink(`/usr/bin/${name}`, join(directory, name));
  }
  withAlpha(arena, { compression: true });
  const missing = await examine(arena, { env: { PATH: directory } });
  expect(missing.filter((line) => line.includes("programs this host"))).toEqual([
    "error programs this host: zstd is not there",
  ]);

  const config = join(directory, "ssh_config");
  await writeFile(config, "Host live\n  HostName 127.0.0.1\n  Port 1\n  StrictHostKeyChecking no\n");
  withAlpha(arena, { reach: { ssh: { host: "live", configFile: config } } });
  const unreached = await examine(arena);
  expect(unreached).toContain("error ssh live: nothing listens there");
  expect(unreached).toContain("warning ssh live: its host key is not checked (StrictHostKeyChecking false)");
  expect(unreached.some((line) => line.startsWith("error listing alpha"))).toBe(true);
});

test("a minimal live user is enough for a whole backup", async () => {
  const arena = await openArena();
  const { sandbox, pool } = arena;
  const directory = await mkdtemp(join(tmpdir(), "backurne-doctor-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const where = `pool=${pool}`;
  const writes = ["rbd_header.", "rbd_object_map."].map((prefix) => `allow rwx ${where} object_prefix ${prefix}`);
  const osd = [`profile rbd-read-only ${where}`, ...writes].join(", ");
  const key = await ceph(sandbox.live, ["auth", "get-or-create", `client.${pool}`, "mon", "profile rbd", "osd", osd]);
  await writeFile(join(directory, "keyring"), key);
  const conf = join(directory, "live.conf");
  await writeFile(
    conf,
    `[global]\nmon host = 127.0.0.1:${sandbox.live.port}\nkeyring = ${join(directory, "keyring")}\n`,
  );
  withAlpha(arena, { address: { pool, namespace: "", cephConf: conf, cephId: pool } });
  await arena.createImage("disk", 16 * MiB);
  for (const _ of ["full", "incremental"]) {
    await arena.change("disk", [write(0, MiB)]);
    expect((await arena.backup({ force: true })).report).toMatchObject({ exit: 0, totals: { done: 1 } });
  }
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
  await arena.assertHonest();
});

test("an operator's check: fresh after each backup, without a key, and late when nothing was backed up", async () => {
  const arena = await openArena();
  const backurne = await openCommand(arena);
  await arena.createImage("web01", MiB);
  expect(await backurne("check")).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^BACKURNE UNKNOWN - cannot read/),
  });
  expect((await backurne("backup")).code).toBe(0);
  const ok = await backurne("check");
  expect(ok).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^BACKURNE OK - 1 disks backed up in time \| late=0;0;0/),
  });
  const [snapshot] = await arena.liveSnapshots("web01");
  await arena.live("snap", "rm", "--no-progress", `--pool=${arena.pool}`, "--image=web01", `--snap=${snapshot?.name}`);
  expect((await backurne("precheck")).code).toBe(0);
  expect(await backurne("check")).toMatchObject({ code: 1, stdout: expect.stringContaining("unshared: alpha/web01") });
  expect((await backurne("doctor", "--json")).code).toBe(0);
});
