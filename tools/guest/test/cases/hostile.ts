import { beforeAll, describe, expect, test } from "vitest";
import { hasFixtures } from "../../src/images.ts";
import { FIXTURES, type Scene } from "../../src/scene.ts";

export function meetHostileGuests(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  describe("hostile guests", () => {
    test("their links are shown and lead nowhere, not to the host and not inside", async () => {
      const script =
        "cd /run/backurne/m1/disk; readlink *-link; cat absolute-link climbing-link; mount | grep -c nosymfollow";
      const { printed } = await scene.look(["bare"], { script });
      expect(printed).toMatch(
        /^\/etc\/shadow\n[./]*\/etc\/passwd\n1\n(cat: .*: Too many levels of symbolic links\n){2}$/,
      );
    });

    test("whatever is mounted, it lends nobody rights", async () => {
      const script = "grep ' /run/backurne/m1/' /proc/self/mounts | cut -d' ' -f2,4";
      const { printed } = await scene.look(["zoo"], { script });
      const lines = printed.trim().split("\n");
      expect(lines).toHaveLength(7);
      const tame = ["nosuid", "nodev", "noexec", "nosymfollow"];
      for (const line of lines) expect(line.split(/[ ,]/)).toEqual(expect.arrayContaining(tame));
    });

    test("a file system that asks for a panic at its first error is read-only from then on; its label is no path", async () => {
      const script = "cd /run/backurne/m1/disk; cat etc/hostname; echo >new; ls /run/backurne/m1";
      const { mapping, printed } = await scene.look(["hostile"], { script });
      expect(mapping.devices).toMatchObject([{ type: "ext4", label: expect.stringContaining('[31m"$(x)') }]);
      expect(printed).toMatch(/^disk\ncat: etc\/hostname: Structure needs cleaning\n.*new: Read-only file system\n$/);
    });

    test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("a qcow2 that calls itself a flat disk is bytes", async () => {
      const script = "head -c3 /dev/nbd1; grep -c root: /dev/nbd1";
      const { mapping, printed } = await scene.look(["disguised"], { vmdk: "web01", script });
      expect(printed).toBe("QFI0\n");
      expect(mapping.devices.find(({ device }) => device === "/dev/nbd1")).toMatchObject({
        why: "nothing on it that is known",
      });
    });
  });
}
