import { beforeAll, describe, expect, test } from "vitest";
import { openCommandLine, type CommandLine } from "../../src/command-line.ts";
import type { Scene } from "../../src/scene.ts";
import { setFull } from "../../src/full.ts";

/** Times and names that differ from run to run. */
const settle = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "YYYY-MM-DD hh:mm");

export function typeCommands(open: () => Scene): void {
  describe("the command line", () => {
    let line: CommandLine;
    beforeAll(async () => void (line = await openCommandLine(open())));

    test("maps a backup it made, lists it, and unmaps it", async () => {
      const mapped = await line.type("map alpha/web01 latest --for 8h");
      expect(mapped).toMatchObject({ code: 0, stderr: "" });
      await expect(settle(mapped.stdout)).toMatchFileSnapshot("goldens/map.txt");
      const listed = await line.type("list-mapped --json");
      expect(JSON.parse(listed.stdout)).toMatchObject({ mappings: [{ id: "m1", state: "ok", by: "root" }] });
      const undone = await line.type("unmap web01 latest");
      expect({ ...undone, stdout: settle(undone.stdout) }).toEqual({
        code: 0,
        stdout: "unmapped  m1  alpha/web01 @ YYYY-MM-DD hh:mm\n",
        stderr: "",
      });
      expect(await line.type("unmap m1")).toMatchObject({ code: 12 });
    });

    test("where the backup cluster is full, it says so and leaves nothing", async () => {
      const { sandbox } = open();
      await setFull(sandbox, true);
      try {
        const { code, stderr } = await line.type("map alpha/web01 latest");
        expect({ code, stderr }).toMatchObject({
          code: 3,
          stderr: expect.stringContaining("backurne: the backup pool alpha is full: nothing can be written\n"),
        });
      } finally {
        await setFull(sandbox, false);
      }
    });

    test("says what it lacks, in two lines", async () => {
      const { guest, backurne } = open();
      await guest.must("mv /usr/bin/rbd-nbd /usr/bin/away");
      const without = await line.type("map web01 latest");
      await guest.must("mv /usr/bin/away /usr/bin/rbd-nbd");
      expect(without).toEqual({
        code: 2,
        stdout: "",
        stderr:
          "backurne: rbd-nbd is not installed (Debian: rbd-nbd)\n  hint: map needs it on this host; what else is missing stands in the tree\n",
      });
      await guest.must(
        "chmod 644 /etc/backurne/backurne.yaml; chown 65534 /etc/backurne/backurne.yaml; chmod 600 /etc/backurne/backurne.yaml",
      );
      const nobody = await guest.run(`setpriv --reuid 65534 --clear-groups ${backurne} map web01 latest`);
      expect(nobody).toEqual({
        code: 2,
        stdout: "",
        stderr:
          "backurne: mapping makes block devices and mounts them: it needs root\n  hint: run it as root, or with sudo\n",
      });
    });
  });
}
