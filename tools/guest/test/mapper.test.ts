import type { Mapping } from "@backurne/model";
import { rbd } from "@backurne/sandbox";
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Ask } from "../guest/driver.ts";
import { hasFixtures } from "../src/images.ts";
import { draw, FIXTURES, mapOf, openScene, printedBy, type Scene } from "../src/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
}, 1_200_000);
afterAll(() => scene?.[Symbol.asyncDispose]());
afterEach(async () => {
  const left = await scene.leftovers();
  if (left !== "") throw new Error(`a mapping left\n${left}`);
});

const hostnames = 'for at in /run/backurne/m1/*; do echo "${at##*/} $(cat $at/etc/hostname)"; done 2>/dev/null';
const valueOf = (answer: Answer | undefined): Mapping => {
  expect(answer?.error).toBeUndefined();
  return answer?.value as Mapping;
};

describe("what a guest wrote is found", () => {
  test("partitions and file systems of every kind", async () => {
    const before = await digest("zoo");
    const write =
      "cd /run/backurne/m1; for at in p?; do echo new >$at/new && cat $at/new; done; ls -l p1/*-link | wc -l";
    const { mapping, printed } = await scene.look(["zoo"], { script: `${hostnames}; ${write}` });
    await expect(draw(mapping)).toMatchFileSnapshot("goldens/zoo.txt");
    expect(printed).toBe(`p1 zoo\np2 zoo\np3 zoo\np4 \np5 \n${"new\n".repeat(5)}2\n`);
    expect(await digest("zoo")).toBe(before); // a clone was written to, and the backup is as it was
  });

  test("a volume group over two disks, striped and thin", async () => {
    const { mapping, printed } = await scene.look(["first", "second"], { script: hostnames });
    await expect(draw(mapping)).toMatchFileSnapshot("goldens/two-disks.txt");
    expect(printed).toBe("vg_two-both both\nvg_two-thin thin\n");
  });

  test("a group on a partition, and a disk on its volume", async () => {
    const { mapping, printed } = await scene.look(["stack"], { script: hostnames });
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
    ["corrupt", "ext4 | root | 25165824 | - | wrong fs type"],
    ["first", "LVM2_member | - | 50331648 | - | vg_two lacks 1 of its physical volumes"],
  ])("without a partition table: %s", async (image, line) => {
    expect(draw((await scene.look([image])).mapping)).toContain(`/dev/nbd0 | on - | ${line}`);
  });
});

describe("hostile guests", () => {
  test("their links are shown and lead nowhere, not to the host and not inside", async () => {
    const script =
      "cd /run/backurne/m1/disk; readlink *-link; cat absolute-link climbing-link; mount | grep -c nosymfollow";
    const { printed } = await scene.look(["bare"], { script });
    expect(printed).toMatch(
      /^\/etc\/shadow\n[./]*\/etc\/passwd\n1\n(cat: .*: Too many levels of symbolic links\n){2}$/,
    );
  });

  test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("a qcow2 that calls itself a flat disk is bytes", async () => {
    const script = "head -c3 /dev/nbd1; grep -c root: /dev/nbd1";
    const { mapping, printed } = await scene.look(["disguised"], { vmdk: "web01", script });
    expect(printed).toBe("QFI0\n");
    expect(mapping.devices.find(({ device }) => device === "/dev/nbd1")).toMatchObject({ type: "qcow2" });
  });
});

describe("VMware", () => {
  test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("VMFS 5: all virtual disks of a datastore", async () => {
    const rows =
      "cd /run/backurne/m1; for n in 2000 3000 5000; do seq 1 $n | sha1sum; done | sort; sha1sum <web01p1/numbers.txt; cat */rows.txt */data.txt | sha1sum; { seq 1 3000; seq 1 5000; } | sha1sum";
    const { mapping, printed } = await scene.look(["vmfs5-two-vms"], { vmdk: "all", script: `${hostnames}; ${rows}` });
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
    const { mapping, printed } = await scene.look(FIXTURES.spanned, { script: "ls /run/backurne/m1/Volume?/test.txt" });
    await expect(draw(mapping)).toMatchFileSnapshot("goldens/spanned.txt");
    expect(printed).toBe("/run/backurne/m1/Volume1/test.txt\n/run/backurne/m1/Volume2/test.txt\n");
  });

  test.skipIf(!hasFixtures(...FIXTURES.mirrored))("mirrored, twice at once, and by one half alone", async () => {
    const [first, second, third, shell] = await scene.ask(
      mapOf(FIXTURES.mirrored),
      mapOf(FIXTURES.mirrored),
      mapOf(FIXTURES.mirrored.slice(1)),
      { do: "shell", script: "cat /run/backurne/m?/Volume3/test.txt | wc -l; ls /run/backurne/m?/Volume3/test.txt" },
      ...unmapAll(3),
    );
    for (const one of [first, second, third]) expect(draw(valueOf(one))).toMatch(/_Volume3 .* ntfs \| Mirrored \|/);
    expect(printedBy(shell).match(/m[123]\/Volume3\/test.txt/g)).toHaveLength(3);
  });
});

test("copies of one guest side by side, with one name and one UUID for everything", async () => {
  const script =
    "echo m1 >/run/backurne/m1/p3/whose; echo m2 >/run/backurne/m2/p3/whose; cat /run/backurne/m?/p3/whose /run/backurne/m[34]/vg_stack-root/etc/hostname";
  const [a, b, c, d, shell] = await scene.ask(
    ...["zoo", "zoo", "stack", "stack"].map((image) => mapOf([image])),
    { do: "shell", script },
    ...unmapAll(4),
  );
  for (const one of [a, b, c, d]) expect(valueOf(one).state).toBe("ok");
  expect(draw(valueOf(b)).match(/run\/backurne\/m2/g)).toHaveLength(5);
  expect(shell?.value).toMatchObject({ stdout: "m1\nm2\nstack\nstack\n" });
});

test("what is in use stays and says who, what has expired goes, and unmap is done once", async () => {
  const hold = "(cd /run/backurne/m1/disk && exec setsid sleep 1000 >/dev/null 2>&1 </dev/null) & sleep 1";
  const answers = await scene.ask(
    mapOf(["bare"], { lifetime: 60_000 }),
    { do: "shell", script: hold },
    { do: "unmap", id: "m1" },
    { do: "sweep" },
    { do: "list" },
    { do: "turn clock", by: 60_001 },
    { do: "sweep" },
    { do: "shell", script: "kill $(pidof sleep)" },
    { do: "sweep" },
    { do: "unmap", id: "m1" },
  );
  const [, , busy, early, listed, , late, , swept, again] = answers;
  expect(busy).toMatchObject({
    code: "held",
    error: expect.stringMatching(/m1\/disk is in use by sleep \(pid \d+\)$/),
  });
  expect(early?.value).toEqual([]);
  expect(listed?.value).toMatchObject([{ id: "m1", state: "ok" }]);
  expect(late?.value).toEqual([expect.stringContaining("m1 has expired: /run/backurne/m1/disk is in use")]);
  expect(swept?.value).toEqual([]);
  expect(again).toMatchObject({ code: "not-found" });
});

test("a snapshot that is not there leaves nothing", async () => {
  const [failed] = await scene.ask(mapOf(["bare", "nosuch"]));
  expect(failed).toMatchObject({ code: "command", error: expect.stringContaining("No such file or directory") });
});

test("after a reboot, or whoever took it all away, the journal is undone and the clone removed", async () => {
  const gone =
    "umount -l /run/backurne/m1/* /run/backurne/m1; dmsetup remove -f backurne_m1_vg_stack-diskp1; for i in 1 2 3; do dmsetup remove_all -f; done; pkill -9 rbd-nbd; sleep 1";
  const [, , listed, undone] = await scene.ask(
    mapOf(["stack"]),
    { do: "shell", script: gone },
    { do: "list" },
    { do: "unmap", id: "m1" },
  );
  const differences = expect.arrayContaining(["/run/backurne/m1/p1 is not mounted"]) as unknown;
  expect(listed?.value).toMatchObject([{ state: "differs", differences }]);
  expect(undone?.error).toBeUndefined();
});

describe("kill -9 at each record of the journal", () => {
  /** Layers: room, disk, partitions, filesystem, lvm, partitions, filesystem; each with two events. */
  const EVENTS = Array.from({ length: 14 }, (_, index) => index + 1);

  test("of map: another process undoes what there is", async () => {
    const asks = EVENTS.flatMap((at): readonly Ask[] => [
      { do: "die", ask: mapOf(["stack"]), at },
      { do: "list" },
      { do: "unmap", id: "m1" },
    ]);
    const answers = await scene.ask(...asks);
    for (const at of EVENTS) {
      const [died, listed, undone] = answers.slice((at - 1) * 3);
      expect(died?.value).toMatchObject({ signal: "SIGKILL" });
      expect(listed?.value).toMatchObject([{ id: "m1", state: "interrupted" }]);
      expect(undone).not.toHaveProperty("error");
    }
  });

  test("of map, while programs are at work that go on without it", async () => {
    const inMidst = [3, 7, 9].flatMap((at): readonly Ask[] => [
      { do: "die", ask: mapOf(["stack"]), at, later: 150 },
      { do: "unmap", id: "m1" },
    ]);
    for (const [index, answer] of (await scene.ask(...inMidst)).entries())
      if (index % 2 === 1) expect(answer).not.toHaveProperty("error");
  });

  test("of unmap: the next one goes on", async () => {
    // Each one undoes a layer and dies: before anything of it is done, and when all of it is, in turn.
    const unmap: Ask = { do: "unmap", id: "m1" };
    const deaths = EVENTS.slice(0, 13).map((at): Ask => ({ do: "die", ask: unmap, at: 1 + ((at + 1) % 2) }));
    const [, ...answers] = await scene.ask(mapOf(["stack"]), ...deaths, unmap);
    expect(answers.pop()).not.toHaveProperty("error");
    for (const { value } of answers) expect(value).toMatchObject({ signal: "SIGKILL" });
  });

  test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("of map, in a datastore", async () => {
    const asks = [5, 6, 7, 8].flatMap((at): readonly Ask[] => [
      { do: "die", ask: mapOf(["vmfs5-two-vms"], { vmdk: "web01" }), at },
      { do: "unmap", id: "m1" },
    ]);
    for (const [index, answer] of (await scene.ask(...asks)).entries()) {
      if (index % 2 === 0) expect(answer.value).toMatchObject({ signal: "SIGKILL" });
      else expect(answer).not.toHaveProperty("error");
    }
  });
});

function unmapAll(count: number): readonly Ask[] {
  return Array.from({ length: count }, (_, index): Ask => ({ do: "unmap", id: `m${index + 1}` }));
}

/** Of the snapshot, every byte. */
async function digest(image: string): Promise<string> {
  const { cluster, name } = scene.pool;
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
