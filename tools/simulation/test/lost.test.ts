import { CommandError } from "@backurne/exec";
import { expect, test } from "vitest";
import { backUp, openWorld, profile, type World } from "../src/index.ts";

/** sshd lets nobody in, as often as that: by streams of data, or where they are compared. */
function shutOut(world: World, what: "transfer" | "compare", times: number): () => number {
  let tried = 0;
  const ssh = {
    file: "ssh",
    args: [],
    label: "ssh",
    code: 255,
    signal: undefined,
    stderr: "kex_exchange_identification",
  };
  world.before = async (call) => {
    if (call.startsWith(what) && (tried += 1) <= times) throw new CommandError("ssh failed", { stages: [ssh] });
  };
  return () => tried;
}

test.each([
  { what: "transfer", times: 2, exit: 0, tried: 3 },
  { what: "transfer", times: 3, exit: 3, tried: 3 },
  { what: "compare", times: 2, exit: 0, tried: 3 },
] as const)("a $what that finds no way in $times times is tried $tried times: exit $exit", async (row) => {
  const world = openWorld({ profiles: [profile({ count: 7 })] });
  world.live("alpha").add("disk");
  const tried = shutOut(world, row.what, row.times);
  const { report } = await backUp(world.host("bk1"));
  expect([report.exit, tried()]).toEqual([row.exit, row.tried]);
});
