import { beforeAll, describe, expect, test } from "vitest";
import { hasFixtures } from "../../src/images.ts";
import { draw, FIXTURES, HOSTNAMES, THOROUGH, type Scene } from "../../src/scene.ts";

export function openWhatCanBe(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  /** The tree, and the names of hosts that are found in its mounts. */
  async function look(images: readonly string[], vmdk?: string): Promise<readonly [tree: string, hosts: string]> {
    const { mapping, printed } = await scene.look(images, { script: HOSTNAMES, ...(vmdk !== undefined && { vmdk }) });
    expect(mapping).toMatchObject({ state: "ok", differences: [] });
    return [draw(mapping), printed];
  }

  describe("what cannot be opened hides nothing else", () => {
    test("partitions outside of a disk that was made smaller", async () => {
      const [tree, hosts] = await look(["cut"]);
      await expect(tree).toMatchFileSnapshot("goldens/cut.txt");
      expect(hosts).toBe("p1 zoo\n");
    });

    test("a table with only its backup left, and one without", async () => {
      const [tree, hosts] = await look(["half"]);
      expect(hosts).toBe("p1 zoo\n");
      expect(tree).toContain("/dev/mapper/backurne_m1_p1 | on /dev/nbd0 | ext4 | root");
      expect((await look(["beheaded"]))[0]).toMatch(/\| - \| its GUID partition table is damaged\n$/);
    });

    test("volumes that lack a disk, from either side", async () => {
      const [first, own] = await look(["first"]);
      await expect(first).toMatchFileSnapshot("goldens/first-of-two.txt");
      expect(own).toBe("vg_two-own own\n");
      const [second, thin] = await look(["second"]);
      await expect(second).toMatchFileSnapshot("goldens/second-of-two.txt");
      expect(thin).toBe("vg_two-shot thin\nvg_two-thin thin\n");
    });

    test("a volume whose pool is broken; one with a cache is whole", async () => {
      const [tree, hosts] = await look(["odd"]);
      const settled = tree.replace(/(reload ioctl) .*/, "$1 …"); // the kernel's own words, and a number
      await expect(settled).toMatchFileSnapshot("goldens/odd.txt");
      expect(hosts).toBe("vg_odd-cached cached\n");
    });

    // Those that are made in stripes lack disks, too.
    test.runIf(THOROUGH && hasFixtures(...FIXTURES.spanned))("a dynamic volume that lacks a disk", async () => {
      const [tree] = await look(FIXTURES.spanned.slice(1));
      await expect(tree).toMatchFileSnapshot("goldens/spanned-in-part.txt");
    });

    test.skipIf(!hasFixtures(...FIXTURES.vmfs5))(
      "in a datastore: a name that leads to nothing, a disk that cannot be read",
      async () => {
        const [tree, hosts] = await look(["hurt"], "all");
        await expect(tree).toMatchFileSnapshot("goldens/hurt.txt");
        expect(hosts).toContain("web01p1 web01\n");
      },
    );
  });

  describe("tables without end", () => {
    test.runIf(THOROUGH)("a chain of logical partitions that is a ring", async () => {
      const [tree] = await look(["ring"]);
      const lines = tree.trim().split("\n");
      expect(lines[0]).toMatch(/^\/dev\/nbd0 \| on - \| dos/);
      expect(lines.length).toBeLessThanOrEqual(61);
    });

    // Two minutes under emulation. What is left out is said by `divide`, which has a test of its own.
    test.runIf(THOROUGH)("16384 partitions", async () => {
      const [tree] = await look(["crowd"]);
      expect(tree).toContain(
        "16256 more partitions | on /dev/nbd0 | - | - | 0 | - | not opened: of one table no more than 128 are\n",
      );
      expect(tree.trim().split("\n")).toHaveLength(1 + 1 + 128);
    });
  });
}
