import { beforeAll, describe, expect, test } from "vitest";
import { hasFixtures } from "../../src/images.ts";
import { draw, FIXTURES, HOSTNAMES, mapOf, type Scene } from "../../src/scene.ts";

export function meetTheHost(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  describe("what the host does by itself", () => {
    test("udev neither activates a guest's volume group nor leads anybody to its devices", async () => {
      const { guest, sandbox, pool } = scene;
      const seen =
        "udevadm settle; dmsetup ls | cut -f1; find /dev/disk /dev/vg_little 2>/dev/null | xargs -r readlink | grep -E 'nbd|dm-' | sort -u; udevadm info --query=property /dev/nbd0p1 | grep -E '^(ID_FS_TYPE|SYSTEMD_READY|UDISKS_IGNORE)='";
      await guest.must("/lib/systemd/systemd-udevd --daemon && udevadm control --ping");
      try {
        const { mapping, printed } = await scene.look(["little"], { script: `${HOSTNAMES}; ${seen}` });
        expect(draw(mapping)).toContain("LVM2_member");
        expect(printed).toBe("vg_little-root little\nbackurne_m1_vg_little-root\nSYSTEMD_READY=0\nUDISKS_IGNORE=1\n");

        // The same image on a device that is not ours: this host would have done all of that.
        const rbd = `--conf ${sandbox.backup.conf} --id admin`;
        const own =
          await guest.must(`rbd ${rbd} clone --rbd-default-clone-format 2 ${pool.name}/little@s ${pool.name}/own
          device=$(rbd-nbd ${rbd} map ${pool.name}/own)
          ${seen}
          vgchange -qq -an vg_little; rbd-nbd ${rbd} unmap $device; udevadm settle; rbd ${rbd} rm --no-progress ${pool.name}/own`);
        expect(own).toMatch(/^vg_little-root\n(.*\n)*.*dm-\d\n(.*\n)*ID_FS_TYPE=LVM2_member\n/);
      } finally {
        // Where its socket is left, the device mapper's own programs wait for it for ever.
        await guest.must(
          "udevadm control --exit; while pidof systemd-udevd; do sleep 0.1; done; rm -rf /run/udev /run/lvm /etc/lvm/backup/* /etc/lvm/archive/*",
        );
      }
    });

    test("its LVM may be told to activate its own groups only", async () => {
      const { guest } = scene;
      await guest.must(
        "cp /etc/lvm/lvm.conf /run/lvm.conf; echo 'activation { volume_list = [ \"host\" ] }' >/etc/lvm/lvm.conf",
      );
      const { printed } = await scene.look(["little"], { script: HOSTNAMES });
      await guest.must("cp /run/lvm.conf /etc/lvm/lvm.conf");
      expect(printed).toBe("vg_little-root little\n");
    });

    test("a kernel without nbd is said plainly", async () => {
      const { guest, ask } = scene;
      await guest.must("modprobe -r nbd; cd /lib/modules && mv $(uname -r) away");
      const [failed] = await ask(mapOf(["bare"]));
      await guest.must("cd /lib/modules && mv away $(uname -r) && modprobe nbd max_part=16 nbds_max=16");
      expect(failed).toMatchObject({
        code: "usage",
        error: expect.stringMatching(/^the kernel's nbd cannot be loaded: modprobe: /),
      });
    });

    /** Has it without serving it: the device looks free. */
    const TAKE =
      'use Socket; socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); open(N, "+<", "/dev/nbd1"); ioctl(N, 0xab00, fileno(A)) or die; $| = 1; print "taken\\n"; sleep 1000';

    test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("somebody is quicker to take an nbd device", async () => {
      const { guest } = scene;
      const pid = await guest.must(
        `perl -e '${TAKE}' >/run/taken 2>&1 </dev/null & until grep -q . /run/taken; do sleep 0.1; done; grep -q taken /run/taken && echo $!`,
      );
      try {
        const { mapping } = await scene.look(["vmfs5-two-vms"], { vmdk: "all" });
        const served = mapping.devices.filter(({ device }) => /^\/dev\/nbd\d+$/.test(device));
        expect(served.map(({ device }) => device)).toEqual(["/dev/nbd0", "/dev/nbd2", "/dev/nbd3"]);
      } finally {
        await guest.must(`kill ${pid}`);
      }
    });
  });
}
