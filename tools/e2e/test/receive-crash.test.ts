import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena, type Ran } from "../src/arena.ts";
import { openFaults, type Fault } from "../src/faults.ts";
import { afterImport, during, onExport } from "@backurne/faults";
import { countSides, expectDone, expectFailed, targetOf } from "../src/sides.ts";
import { runTool } from "../src/tool.ts";

// The tool, or ssh, dies at the worst moment. The next run converges, and what stands is right.

const KILL_TOOL = "kill -9 $PPID";

test("the tool dies right after the commit of an incremental", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup(), "full");
  await arena.change("disk", [write(4 * MiB, 4 * MiB)]);
  await faults.set(afterImport(KILL_TOOL));
  expect(await runTool(arena, { open: { env: faults.env }, backup: { force: true } })).toMatchObject({
    signal: "SIGKILL",
    report: undefined,
  });
  expect(await faults.struck()).toBe(1);
  expect(await countSides(arena, "disk")).toEqual({ live: 2, backup: 2 });
  await arena.assertHonest();

  await arena.change("disk", [{ kind: "discard", offset: 4 * MiB, length: MiB }, write(8 * MiB, MiB)]);
  const next = await onceFree(arena);
  expectDone(next, "incremental");
  expect(next.report.totals.bytes, "what was committed is the base").toBeLessThan(MiB + 4096);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 3 });
  await arena.assertHonest();
});

test("the tool dies right after the commit of a first backup: only its name was missing", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, 2 * MiB)]);
  await faults.set(afterImport(KILL_TOOL));
  expect((await runTool(arena, { open: { env: faults.env } })).signal).toBe("SIGKILL");
  expect(await arena.backupImages()).toEqual([expect.stringMatching(/^partial-/)]);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 0 });

  await arena.change("disk", [write(8 * MiB, MiB)]);
  const next = await onceFree(arena);
  expectDone(next, "incremental");
  expect(next.report.totals.bytes).toBeLessThan(MiB + 4096);
  expect(await arena.backupImages()).toEqual([targetOf("disk")]);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  await arena.assertHonest();
});

test("the tool dies between the two names of a new generation", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  await arena.createImage("disk", 8 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup(), "full");
  await arena.assertHonest();
  const disk = [`--pool=${arena.pool}`, "--image=disk"];
  await arena.live("snap", "purge", "--no-progress", ...disk);
  await arena.live("rm", "--no-progress", ...disk);
  await arena.createImage("disk", 8 * MiB);
  await arena.change("disk", [write(4 * MiB, MiB)]);
  const afterFirstName: Fault = {
    where: "backup",
    when: "rename .*closed-",
    does: `"$real" "$@" || exit; ${KILL_TOOL}`,
  };
  await faults.set(afterFirstName);
  expect((await runTool(arena, { open: { env: faults.env }, backup: { force: true } })).signal).toBe("SIGKILL");
  expect(await faults.struck()).toBe(1);
  expect((await arena.backupImages()).map((image) => image.replace(/-.*/, "")).toSorted()).toEqual([
    "closed",
    "partial",
  ]);

  expectDone(await onceFree(arena), "incremental");
  expect((await arena.backupImages()).toSorted()).toEqual([targetOf("disk"), expect.stringMatching(/^closed-/)]);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  await arena.assertHonest();
});

test("ssh is killed in the middle of a stream, and of the first one", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  const noteSsh: Fault = {
    where: "backup",
    program: "ssh",
    when: "export-diff",
    does: 'echo $$ >"$dir/ssh"; exec "$real" "$@"',
  };
  const killSsh = during(2 * MiB, 'kill -9 "$(<"$dir/ssh")"');
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, 4 * MiB)]);
  await faults.set(noteSsh, killSsh);
  expectFailed(await arena.backup({}, faults), /SIGKILL/);
  expect(await faults.struck()).toBe(2);
  expect(await countSides(arena, "disk")).toEqual({ live: 0, backup: 0 });
  expectDone(await arena.backup(), "full");

  await arena.change("disk", [write(4 * MiB, 8 * MiB)]);
  await faults.set(noteSsh, killSsh);
  expectFailed(await arena.backup({ force: true }, faults), /SIGKILL/);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
  await arena.change("disk", [{ kind: "discard", offset: 4 * MiB, length: 4 * MiB }]);
  expectDone(await arena.backup({ force: true }), "incremental");
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  await arena.assertHonest();
});

test("interrupted in the middle of a stream: exit 130, and the lease is free for the next run", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, 4 * MiB)]);
  await faults.set(onExport('"$real" "$@" | { head -c 2000000; echo $PPID >"$dir/waits"; sleep 600; }'));
  const stop = new AbortController();
  const run = arena.backup({ signal: stop.signal }, faults);
  while (!(await readFile(join(faults.dir, "waits"), "utf8").catch(() => ""))) {
    await new Promise((next) => setTimeout(next, 50));
  }
  stop.abort("stopped by the test");
  expect((await run).report).toMatchObject({ exit: 130, jobs: [{ outcome: "interrupted" }] });
  expect(await countSides(arena, "disk")).toEqual({ live: 0, backup: 0 });
  expectDone(await arena.backup(), "full");
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
  await arena.assertHonest();
});

/** The dead run's lease has to run out first; until then its images are reported as held, which is no error. */
async function onceFree(arena: Arena): Promise<Ran> {
  for (;;) {
    const ran = await arena.backup({ force: true });
    if (ran.report.totals.held === 0) return ran;
    expect(ran.report).toMatchObject({ exit: 11, totals: { done: 0, failed: 0 } });
    await new Promise((next) => setTimeout(next, 1000));
  }
}
