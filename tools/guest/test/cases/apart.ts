import { rbd } from "@backurne/sandbox";
import { beforeAll, expect, test } from "vitest";
import { setFull } from "../../src/full.ts";
import { draw, mapOf, printedBy, THOROUGH, valueOf, type Scene } from "../../src/scene.ts";

const MAPPINGS = "/var/lib/backurne/mappings";

/** What others do meanwhile: those who remove, those who boot, those who wrote another journal. */
export function keepApart(open: () => Scene): void {
  let scene: Scene;
  const rbdOf = ({ pool, sandbox }: Scene): string =>
    `rbd --conf ${sandbox.backup.conf} --id admin --pool ${pool.name}`;
  const removal = (): string => `${rbdOf(scene)} snap rm --no-progress --image once --snap s; echo $?`;

  beforeAll(async () => {
    scene = open();
    const at = [`--pool=${scene.pool.name}`, "--image=once"];
    await rbd(scene.sandbox.backup, ["create", ...at, "--size=4M"]);
    await rbd(scene.sandbox.backup, ["snap", "create", "--no-progress", ...at, "--snap=s"]);
  });

  test("a snapshot that goes between the look and the clone's device leaves nothing", async () => {
    const wrapper =
      'case "$*" in *"snap protect"*) /usr/bin/rbd ${*/protect/rm --no-progress} 2>/dev/null;; esac; exec /usr/bin/rbd "$@"';
    const [, failed, , again] = await scene.ask(
      {
        do: "shell",
        script: `printf '#!/bin/bash\\n%s\\n' '${wrapper}' >/usr/local/sbin/rbd; chmod +x /usr/local/sbin/rbd`,
      },
      mapOf(["once"]),
      {
        do: "shell",
        script: `rm /usr/local/sbin/rbd; ${rbdOf(scene)} snap create --no-progress --image once --snap s`,
      },
      mapOf(["nosuch"]),
    );
    expect(failed).toMatchObject({ code: "not-found", error: expect.stringContaining("once@s has just gone") });
    expect(again).toMatchObject({ code: "command" });
  });

  test("a snapshot that is mapped is removed by nobody, until the last mapping of it has gone", async () => {
    const answers = await scene.ask(
      mapOf(["once"]),
      mapOf(["once"]),
      { do: "shell", script: removal() },
      { do: "unmap", id: "m1" },
      { do: "shell", script: removal() },
      { do: "unmap", id: "m2" },
      { do: "shell", script: removal() },
    );
    const [, , first, one, second, other, last] = answers;
    for (const undone of [one, other]) expect(undone).not.toHaveProperty("error");
    for (const refused of [first, second]) expect(printedBy(refused)).toMatch(/^16\n[^]* is protected from removal/);
    expect(printedBy(last)).toBe("0\n");
  });

  test("what another configuration has mapped since the reboot, under the same names, stays", async () => {
    const reboot = `umount -l /run/backurne/m1/disk /run/backurne/m1; rm -r /run/backurne/m1; pkill rbd-nbd; sleep 1; sed -i 's/"boot":"[^"]*"/"boot":"before"/' ${MAPPINGS}/m1/journal; mv ${MAPPINGS} /var/lib/backurne/first`;
    const [, , mapped, , listed, undone, , others] = await scene.ask(
      mapOf(["bare"]),
      { do: "shell", script: reboot },
      mapOf(["stack"]),
      { do: "shell", script: `cd /var/lib/backurne; mv mappings second; mv first mappings` },
      { do: "list" },
      { do: "unmap", id: "m1" },
      { do: "shell", script: `cd /var/lib/backurne; rmdir mappings; mv second mappings` },
      { do: "list" },
      { do: "unmap", id: "m1" },
    );
    expect(draw(valueOf(mapped))).toContain("/run/backurne/m1/vg_stack-root");
    const differences = ["this host was booted again since: nothing of it is open"];
    expect(listed?.value).toMatchObject([{ id: "m1", state: "differs", differences }]);
    expect(undone).not.toHaveProperty("error");
    expect(others?.value).toMatchObject([{ id: "m1", state: "ok", differences: [] }]);
  });

  test("a journal of another version or a broken one is shown among the others, and touched by nothing", async () => {
    const made = `cd ${MAPPINGS}; mkdir m7 m8 m9; echo '{"version":2}' >m8/journal; echo '{"version":1}' >m9/journal`;
    const [, , listed, swept, unborn, eight, nine] = await scene.ask(
      mapOf(["bare"]),
      { do: "shell", script: made },
      { do: "list" },
      { do: "sweep" },
      { do: "shell", script: `ls ${MAPPINGS}` },
      { do: "unmap", id: "m8" },
      { do: "unmap", id: "m9" },
      { do: "shell", script: `rm -r ${MAPPINGS}/m[89]` },
      { do: "unmap", id: "m1" },
    );
    expect(listed?.value).toMatchObject([
      { id: "m1", state: "ok" },
      {
        id: "m8",
        state: "unreadable",
        differences: [expect.stringContaining(`(${MAPPINGS}/m8/journal)`), "unmap it with that"],
      },
      { id: "m9", state: "unreadable", differences: [expect.stringContaining("broken in line 1"), expect.any(String)] },
    ]);
    expect(swept?.value).toEqual([]);
    expect(printedBy(unborn)).toBe("m1\nm8\nm9\n");
    for (const [answer, hint] of [
      [eight, /^unmap it with that$/],
      [nine, /^undo it by hand/],
    ] as const)
      expect(answer).toMatchObject({ code: "refused", hint: expect.stringMatching(hint) });
  });

  test("what has expired and is in use stays whole", async () => {
    const hold = "(cd /run/backurne/m1/p1 && exec setsid sleep 1000 >/dev/null 2>&1 </dev/null) & sleep 1";
    const [, , left, listed, , gone] = await scene.ask(
      mapOf(["stack"], { lifetime: 1 }), // p1 is undone last
      { do: "shell", script: hold },
      { do: "sweep" },
      { do: "list" },
      { do: "shell", script: "kill $(pidof sleep)" },
      { do: "sweep" },
    );
    expect(left?.value).toEqual([expect.stringMatching(/m1 is in use by sleep/)]);
    expect(listed?.value).toMatchObject([{ id: "m1", state: "ok", differences: [] }]);
    expect(gone?.value).toEqual([]);
  });

  // Three minutes under emulation.
  test.runIf(THOROUGH)(
    "a cluster that does not answer is waited for by umount, a minute, and by no other command",
    async () => {
      // What is written is to be flushed when it is unmounted.
      const [mapped] = await scene.ask(mapOf(["bare"], { lifetime: 1 }), {
        do: "shell",
        script: "date >/run/backurne/m1/disk/now",
      });
      expect(valueOf(mapped).state).toBe("ok");
      await setFull(scene.sandbox, true);
      try {
        const [swept] = await scene.ask({ do: "sweep", patience: 10_000 });
        expect(swept?.value).toEqual([
          "m1 has expired: undoing it takes long, and nothing waits for that but `backurne unmap m1`",
        ]);
        // The umount that was left cannot be killed: it ends when the device does.
        const wait =
          "pidof umount; for i in $(seq 150); do pidof umount >/dev/null || exit 0; sleep 1; done; echo it hangs";
        const [waited] = await scene.ask({ do: "shell", script: wait });
        expect(printedBy(waited)).toMatch(/^\d+\n$/);
      } finally {
        await setFull(scene.sandbox, false);
      }
      const [undone] = await scene.ask({ do: "unmap", id: "m1" });
      expect(undone).not.toHaveProperty("error");
    },
  );
}
