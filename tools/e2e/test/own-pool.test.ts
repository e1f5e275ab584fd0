import { expect, test } from "vitest";
import { MiB, openArena, type Arena } from "../src/arena.ts";
import { openCommand } from "../src/cli.ts";
import { openProxmoxArena } from "../src/proxmox.ts";

/** Backups of the live pool would go into it, and be backed up themselves. */
function backUpInto(arena: Arena, namespace: string): void {
  const backup = { pool: arena.pool, namespace, cephConf: arena.sandbox.live.conf, cephId: "admin" };
  arena.settings = { ...arena.settings, backup };
}

async function expectRefused(arena: Arena, cluster: string): Promise<void> {
  const before = await arena.live("ls", "-l", `--pool=${arena.pool}`);
  const refusal = { code: "configuration", message: `a pool of ${cluster} is the backup pool itself` };
  await using backurne = await arena.open();
  await expect(backurne.backup({ force: true })).rejects.toMatchObject(refusal);
  await expect(backurne.plan()).rejects.toMatchObject(refusal);
  expect(await arena.live("ls", "-l", `--pool=${arena.pool}`)).toBe(before);
}

test("a live pool that is the backup pool is refused before anything is written; another namespace of it is another pool", async () => {
  const arena = await openArena();
  await arena.createImage("disk", MiB);
  backUpInto(arena, "");
  await expectRefused(arena, "alpha");

  await arena.live("namespace", "create", `--pool=${arena.pool}`, "--namespace=backups");
  backUpInto(arena, "backups");
  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, failures: [], totals: { full: 1 } });
  expect((await arena.live("ls", `--pool=${arena.pool}`, "--namespace=backups")).trim()).toBe("alpha;disk;None");
  expect((await arena.backup({ force: true })).report).toMatchObject({
    exit: 0,
    totals: { planned: 1, incremental: 1 },
  });
});

test("so is one that a storage of Proxmox leads to, whatever it is called in between", async () => {
  const arena = await openProxmoxArena();
  await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast", scsi1: "slow" } });
  backUpInto(arena, "");
  await expectRefused(arena, "px");
});

test("the command says so, with exit code 2", async () => {
  const arena = await openArena();
  await arena.createImage("disk", MiB);
  backUpInto(arena, "");
  const backurne = await openCommand(arena);
  const refused = await backurne("backup");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("a pool of alpha is the backup pool itself");
  expect(refused.stderr).toContain("hint:");
  expect((await arena.live("ls", `--pool=${arena.pool}`)).trim()).toBe("disk");
});
