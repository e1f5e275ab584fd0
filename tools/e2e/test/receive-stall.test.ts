import { expect, onTestFinished, test } from "vitest";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MiB, openArena, write } from "../src/arena.ts";
import { openFaults } from "../src/faults.ts";
import { during } from "@backurne/faults";
import { countSides, expectDone, expectFailed } from "../src/sides.ts";

test("the other end of ssh stands still in the middle of a stream: the run ends, and the next one is right", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup(), "full");
  await arena.change("disk", [write(4 * MiB, 8 * MiB)]);

  // The connection's own sshd: up from the export until a process of that name. What it has read must be through by then:
  // a connection that brought nothing at all is simply made anew.
  const stopSession = `sleep 1; at=$$
while [ "$(</proc/$at/comm)" != sshd ]; do at=$(awk '{ print $4 }' "/proc/$at/stat"); done
echo "$at" >"$dir/session"; kill -STOP "$at"`;
  await faults.set(during(2 * MiB, stopSession));
  const stalled = arena.backup({ force: true }, faults);
  onTestFinished(async () => {
    process.kill(Number(await readFile(join(faults.dir, "session"), "utf8")), "SIGKILL");
  });
  expectFailed(await stalled, /not responding|exit code 255/);
  expect(await faults.struck()).toBe(1);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });

  await arena.change("disk", [{ kind: "discard", offset: 4 * MiB, length: 4 * MiB }]);
  expectDone(await arena.backup({ force: true }), "incremental");
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  await arena.assertHonest();
});
