import { beforeAll, describe, expect, test } from "vitest";
import { hasFixtures } from "../../src/images.ts";
import { draw, FIXTURES, HOSTNAMES, mapOf, printedBy, unmapAll, valueOf, type Scene } from "../../src/scene.ts";

export function readForeignFormats(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  describe("VMware", () => {
    test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("VMFS 5: all virtual disks of a datastore", async () => {
      const rows =
        "cd /run/backurne/m1; for n in 2000 3000 5000; do seq 1 $n | sha1sum; done | sort; sha1sum <web01p1/numbers.txt; cat */rows.txt */data.txt | sha1sum; { seq 1 3000; seq 1 5000; } | sha1sum";
      const { mapping, printed } = await scene.look(["vmfs5-two-vms"], {
        vmdk: "all",
        script: `${HOSTNAMES}; ${rows}`,
      });
      await expect(draw(mapping)).toMatchFileSnapshot("goldens/vmfs5.txt");
      const [names, sums] = [printed.split("\n").slice(0, 5), printed.trim().split("\n").slice(-3)];
      expect(names).toEqual(expect.arrayContaining(["vg_guest-root db01", "web01p1 web01"]));
      expect(printed).toContain(sums[0]);
      expect(sums[1]).toBe(sums[2]);
    });

    test.skipIf(!hasFixtures(...FIXTURES.vmfs6))("VMFS 6", async () => {
      const { printed } = await scene.look(["vmfs6"], {
        script: "cd /run/backurne/m1/disk/directory; stat -c '%n %s' file4 file5",
      });
      expect(printed).toBe("file4 8\nfile5 8193\n");
    });
  });

  describe("Windows' dynamic disks", () => {
    test.skipIf(!hasFixtures(...FIXTURES.spanned))("simple and spanned, whatever the order of the disks", async () => {
      const { mapping, printed } = await scene.look(FIXTURES.spanned, {
        script: "ls /run/backurne/m1/Volume?/test.txt",
      });
      await expect(draw(mapping)).toMatchFileSnapshot("goldens/spanned.txt");
      expect(printed).toBe("/run/backurne/m1/Volume1/test.txt\n/run/backurne/m1/Volume2/test.txt\n");
    });

    test.skipIf(!hasFixtures(...FIXTURES.mirrored))("mirrored, and a half alone, both at once", async () => {
      const [both, half, shell] = await scene.ask(
        mapOf(FIXTURES.mirrored),
        mapOf(FIXTURES.mirrored.slice(1)),
        { do: "shell", script: "ls /run/backurne/m?/Volume3/test.txt" },
        ...unmapAll(2),
      );
      for (const one of [both, half]) expect(draw(valueOf(one))).toMatch(/_Volume3 .* ntfs \| Mirrored \|/);
      expect(printedBy(shell)).toBe("/run/backurne/m1/Volume3/test.txt\n/run/backurne/m2/Volume3/test.txt\n");
    });
  });
}
