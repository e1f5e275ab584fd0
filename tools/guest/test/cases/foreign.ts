import { beforeAll, describe, expect, test } from "vitest";
import { hasFixtures, ROWS } from "../../src/images.ts";
import {
  draw,
  FIXTURES,
  HOSTNAMES,
  mapOf,
  printedBy,
  THOROUGH,
  unmapAll,
  valueOf,
  type Scene,
} from "../../src/scene.ts";

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

    test.skipIf(!hasFixtures(...FIXTURES.vmfs5))(
      "a virtual disk that is not there is an error, and nothing stays",
      async () => {
        const [failed] = await scene.ask(mapOf(["vmfs5-two-vms"], { vmdk: "web02" }));
        expect(failed).toMatchObject({
          code: "not-found",
          error: "no disk in a datastore fits web02",
          hint: "there are db01/db01-flat.vmdk, web01/web01-flat.vmdk",
        });
      },
    );

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

    /** All of them at once: the tree of each, and what the script prints meanwhile. */
    async function lookAtAll(
      mappings: readonly (readonly string[])[],
      script: string,
    ): Promise<readonly [trees: readonly string[], printed: string]> {
      const maps = mappings.map((images) => mapOf(images));
      const answers = await scene.ask(...maps, { do: "shell", script }, ...unmapAll(maps.length));
      return [maps.map((_, index) => draw(valueOf(answers[index]))), printedBy(answers[maps.length])];
    }

    test.skipIf(!hasFixtures(...FIXTURES.mirrored))("mirrored, and a half alone, both at once", async () => {
      const mappings = [FIXTURES.mirrored, FIXTURES.mirrored.slice(1)];
      const [trees, printed] = await lookAtAll(mappings, "ls /run/backurne/m?/Volume3/test.txt");
      for (const tree of trees) expect(tree).toMatch(/_Volume3 .* ntfs \| Mirrored \|/);
      expect(printed).toBe("/run/backurne/m1/Volume3/test.txt\n/run/backurne/m2/Volume3/test.txt\n");
    });

    describe.skipIf(!hasFixtures("ldm-2003r2-simple-1"))("in stripes, on disks that are made here", () => {
      const WHOLE = `cd /run/backurne; for at in m*/*/rows.txt; do seq ${ROWS} | cmp - $at && echo $at; done`;

      test("striped, whatever the order of the disks; a leaf without one of them", async () => {
        const [[all, half], printed] = await lookAtAll([["stripe-2", "stripe-1"], ["stripe-1"]], WHOLE);
        await expect(all).toMatchFileSnapshot("goldens/striped.txt");
        expect(half).toMatch(/^Stripe1 \| .* \| 62914560 \| - \| it lacks 1 of its disks/m);
        expect(printed).toBe("m1/Stripe1/rows.txt\n");
      });

      test("RAID 5, whatever the order of the disks; without any one of them too; a leaf without two", async () => {
        const [one, two, three] = ["raid-1", "raid-2", "raid-3"];
        // One of them is as good as another, and each takes the guest half a minute.
        const others = [
          [one, two],
          [two, three],
        ].filter(() => THOROUGH);
        const mappings = [[two, three, one], [three, one], [three], ...others];
        const [trees, printed] = await lookAtAll(mappings, WHOLE);
        await expect(trees[0]).toMatchFileSnapshot("goldens/raid5.txt");
        await expect(trees[1]).toMatchFileSnapshot("goldens/raid5-in-part.txt");
        expect(trees[2]).toMatch(/^Raid1 \| .* \| 98566144 \| - \| it lacks 2 of its disks/m);
        const mounted = [1, 2, ...others.map((_, index) => index + 4)];
        expect(printed).toBe(mounted.map((number) => `m${number}/Raid1/rows.txt\n`).join(""));
      });
    });

    const { striped2003, striped2008, raid2003, raid2008 } = FIXTURES;
    describe.each([
      { windows: "2003 R2", striped: striped2003, raid: raid2003, names: ["Stripe1", "Raid1"] },
      { windows: "2008 R2", striped: striped2008, raid: raid2008, names: ["Volume2", "Volume4"] },
    ])("in stripes, by Windows $windows", ({ striped, raid, names: [name, other] }) => {
      test.skipIf(!hasFixtures(...striped, ...raid))(
        "striped and RAID 5, that without any one of its disks too",
        async () => {
          const mappings = [striped, raid, ...raid.map((lacked) => raid.filter((disk) => disk !== lacked))];
          const [, printed] = await lookAtAll(mappings, "cd /run/backurne; grep -c 'Filesystem test' m*/*/test.txt");
          const lines = mappings.map((_, index) => `m${index + 1}/${index === 0 ? name : other}/test.txt:1`);
          // Other volumes of theirs may be whole, too.
          expect(printed.split("\n")).toEqual(expect.arrayContaining(lines));
        },
      );
    });
  });
}
