import { beforeAll, describe, expect, test } from "vitest";
import { openCommandLine, type CommandLine } from "../../src/command-line.ts";
import { hasFixtures } from "../../src/images.ts";
import { FIXTURES, type Scene } from "../../src/scene.ts";
import { askTheMapper } from "./service.ts";
import { setFull } from "../../src/full.ts";

/** Times and names that differ from run to run. */
const settle = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "YYYY-MM-DD hh:mm");

export function typeCommands(open: () => Scene): void {
  describe("the command line", () => {
    let line: CommandLine;
    beforeAll(async () => void (line = await openCommandLine(open())));

    const hasStore = hasFixtures(...FIXTURES.vmfs5);

    test("maps backups it made, lists them, and unmaps them", async () => {
      const others = hasStore ? "web01 --with alpha/store@latest" : "";
      const mapped = await line.type(`map alpha/web01 latest ${others} --for 8h`);
      expect(mapped).toMatchObject({ code: 0, stderr: "" });
      await expect(settle(mapped.stdout)).toMatchFileSnapshot(hasStore ? "goldens/map-with.txt" : "goldens/map.txt");
      const listed = await line.type("list-mapped --json");
      expect(JSON.parse(listed.stdout)).toMatchObject({ mappings: [{ id: "m1", state: "ok", by: "root" }] });
      const undone = await line.type("unmap web01 latest");
      expect({ ...undone, stdout: settle(undone.stdout) }).toEqual({
        code: 0,
        stdout: ["web01", ...(hasStore ? ["store"] : [])]
          .map((name) => `unmapped  m1  alpha/${name} @ YYYY-MM-DD hh:mm\n`)
          .join(""),
        stderr: "",
      });
      expect(await line.type("unmap m1")).toMatchObject({ code: 12 });
    });

    test("what was mapped for a time is gone after the next command once that is over", async () => {
      expect(await line.type("map alpha/web01 latest --for 30m")).toMatchObject({ code: 0 });
      const { guest } = open();
      await guest.must(
        'sed -i \'1s/"expires":"[^"]*"/"expires":"2026-01-01T00:00:00.000Z"/\' /var/lib/backurne/mappings/m1/journal',
      );
      expect(await line.type("list-mapped")).toEqual({
        code: 0,
        stdout: "nothing is mapped on this host\n",
        stderr: "",
      });
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
          "backurne: mapping makes block devices and mounts them: it needs root\n  hint: run it as root, or let `backurne mapper` do it (section mapper)\n",
      });
    });

    askTheMapper(open);
  });
}
