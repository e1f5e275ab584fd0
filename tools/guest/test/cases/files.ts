import { expect, test } from "vitest";
import { mapOf, type Scene } from "../../src/scene.ts";

/** What a guest that means harm leaves besides the links that are there; one directory is another mount. */
const LAY = `
  cd /run/backurne/m1/disk && mkfifo fifo && mknod zero c 1 5 && ln -s /etc/hostname inside && ln -s loop loop &&
  mkdir other && mount -t tmpfs none other && touch other/x`;

export function browseFiles(open: () => Scene): void {
  test("a mapped backup is browsed: links lead inside, devices and other mounts nowhere, and nothing of it stays in use", async () => {
    const paths = ["", "disk", "disk/inside", "disk/absolute-link", "disk/climbing-link", "disk/loop", "disk/fifo"];
    const [mapped, laid, browsed, , unmapped] = await open().ask(
      mapOf(["bare"]),
      { do: "shell", script: LAY },
      { do: "browse", paths: [...paths, "disk/zero", "disk/other", "disk/etc.tar", "disk.tar"] },
      { do: "shell", script: "umount /run/backurne/m1/disk/other" },
      { do: "unmap", id: "m1" },
    );
    expect([mapped?.error, laid?.value, unmapped?.error]).toMatchObject([undefined, { status: 0 }, undefined]);
    const entries = [
      "absolute-link link",
      "climbing-link link",
      "etc directory",
      "fifo fifo",
      "inside link file",
      "loop link",
      "lost+found directory",
      "other directory",
      "zero device",
    ];
    const [missing, refused] = [{ code: "not-found" }, { code: "refused" }];
    const archived = ["", "absolute-link", "climbing-link", "etc/", "etc/hostname", "inside", "loop", "lost+found/"];
    const results = browsed?.value as unknown[];
    expect((results.at(-1) as string[]).toSorted()).toEqual(
      [...archived, "backurne-left-out.txt"].map((name) => `m1-disk/${name}`).toSorted(),
    );
    expect(results.slice(0, -1)).toEqual([
      ["disk volume"],
      entries,
      "zoo\n",
      missing,
      missing,
      refused,
      refused,
      refused,
      refused,
      ["etc/", "etc/hostname"],
    ]);
  });
}
