import { createHash } from "node:crypto";
import { rbd } from "@backurne/sandbox";
import { beforeAll, describe, expect, test } from "vitest";
import { draw, HOSTNAMES, type Scene } from "../../src/scene.ts";

export function lookInside(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  describe("what a guest wrote is found", () => {
    test("partitions and file systems of every kind", async () => {
      const before = await digest(scene, "zoo");
      const write =
        "cd /run/backurne/m1; for at in p?; do echo new >$at/new && cat $at/new; done; ls -l p1/*-link | wc -l";
      const { mapping, printed } = await scene.look(["zoo"], { script: `${HOSTNAMES}; ${write}` });
      await expect(draw(mapping)).toMatchFileSnapshot("goldens/zoo.txt");
      expect(printed).toBe(`p1 zoo\np2 zoo\np3 zoo\np4 \np5 \np7 zoo\np8 zoo\n${"new\n".repeat(7)}2\n`);
      expect(await digest(scene, "zoo")).toBe(before); // a clone was written to, and the backup is as it was
    });

    test("a volume group over two disks: striped, linear, thin, and a thin one's snapshot", async () => {
      const { mapping, printed } = await scene.look(["first", "second"], { script: HOSTNAMES });
      await expect(draw(mapping)).toMatchFileSnapshot("goldens/two-disks.txt");
      expect(printed).toBe("vg_two-both both\nvg_two-own own\nvg_two-shot thin\nvg_two-thin thin\n");
    });

    test("a group on a partition, and a disk on its volume", async () => {
      const { mapping, printed } = await scene.look(["stack"], { script: HOSTNAMES });
      await expect(draw(mapping)).toMatchFileSnapshot("goldens/stack.txt");
      expect(printed).toBe("p1 plain\nvg_stack-root stack\n");
    });

    test("what stands in the log of an xfs alone", async () => {
      const { printed } = await scene.look(["dirty"], {
        script: "cd /run/backurne/m1/disk; ls; seq 1 1000 | cmp - last",
      });
      expect(printed).toBe("after\nlast\n");
    });

    test.each([
      ["bare", "ext4 | root | 25165824 | /run/backurne/m1/disk"],
      ["empty", "- | - | 8388608 | - | nothing on it that is known"],
      ["corrupt", "ext4 | root | 25165824 | - | mount(2) system call failed: Structure needs cleaning."],
      ["secret", "crypto_LUKS | vault | 20971520 | - | encrypted: cryptsetup open asks for its passphrase"],
    ])("without a partition table: %s", async (image, line) => {
      expect(draw((await scene.look([image])).mapping)).toContain(`/dev/nbd0 | on - | ${line}`);
    });
  });
}

/** Of the snapshot, every byte. */
async function digest({ pool }: Scene, image: string): Promise<string> {
  const { cluster, name } = pool;
  const diff = await rbd(cluster, [
    "export-diff",
    "--no-progress",
    `--pool=${name}`,
    `--image=${image}`,
    "--snap=s",
    "--path=-",
  ]);
  return createHash("sha256").update(diff).digest("hex");
}
