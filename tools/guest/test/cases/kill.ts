import { beforeAll, describe, expect, test } from "vitest";
import type { Ask } from "../../guest/driver.ts";
import { hasFixtures } from "../../src/images.ts";
import { FIXTURES, mapOf, THOROUGH, type Scene } from "../../src/scene.ts";

export function killEverywhere(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  describe("kill -9 at records of the journal", () => {
    /** Layers: room, udev, disk, partitions, lvm, filesystem; each with two events. */
    const EVENTS = Array.from({ length: 12 }, (_, index) => index + 1);

    /** The header, two or three of each layer, devices between them, `ready`. Left out: an `opened` that a device's record follows. */
    const RECORDS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 15, 17, 18];
    /** The others are of the same kinds, in other layers. */
    const records = THOROUGH ? RECORDS : [1, 3, 5, 7, 10, 12, 15, 18];

    test("of map, each kind of record: another process undoes what there is", async () => {
      const asks = records.flatMap((record): readonly Ask[] => [
        { do: "die", ask: mapOf(["little"]), record },
        { do: "list" },
        { do: "unmap", id: "m1" },
      ]);
      const answers = await scene.ask(...asks);
      for (const [index, record] of records.entries()) {
        const [died, listed, undone] = answers.slice(index * 3);
        expect(died?.value).toMatchObject({ signal: "SIGKILL" });
        expect(listed?.value).toMatchObject([{ id: "m1", state: record === RECORDS.at(-1) ? "ok" : "interrupted" }]);
        expect(undone).not.toHaveProperty("error");
      }
    });

    test("of map, while programs are at work that go on without it", async () => {
      const inMidst = [5, 9, 11].flatMap((at): readonly Ask[] => [
        { do: "die", ask: mapOf(["little"]), at, later: 150 },
        { do: "unmap", id: "m1" },
      ]);
      for (const [index, answer] of (await scene.ask(...inMidst)).entries()) {
        if (index % 2 === 0) expect(answer.value).toMatchObject({ signal: "SIGKILL" });
        else expect(answer).not.toHaveProperty("error");
      }
    });

    test("of unmap: the next one goes on", async () => {
      // Each one undoes a layer and dies: before anything of it is done, and when all of it is, in turn.
      const unmap: Ask = { do: "unmap", id: "m1" };
      const deaths = EVENTS.slice(0, 11).map((at): Ask => ({ do: "die", ask: unmap, at: 1 + ((at + 1) % 2) }));
      const [, ...answers] = await scene.ask(mapOf(["little"]), ...deaths, unmap);
      expect(answers.pop()).not.toHaveProperty("error");
      for (const { value } of answers) expect(value).toMatchObject({ signal: "SIGKILL" });
    });

    test.runIf(THOROUGH && hasFixtures(...FIXTURES.mirrored))("of map, on dynamic disks", async () => {
      const asks = [9, 10].flatMap((at): readonly Ask[] => [
        { do: "die", ask: mapOf(FIXTURES.mirrored), at },
        { do: "unmap", id: "m1" },
      ]);
      for (const [index, answer] of (await scene.ask(...asks)).entries()) {
        if (index % 2 === 0) expect(answer.value).toMatchObject({ signal: "SIGKILL" });
        else expect(answer).not.toHaveProperty("error");
      }
    });

    test.skipIf(!hasFixtures(...FIXTURES.vmfs5))("of map, in a datastore", async () => {
      const asks = (THOROUGH ? [7, 8, 9, 10] : [9]).flatMap((at): readonly Ask[] => [
        { do: "die", ask: mapOf(["vmfs5-two-vms"], { vmdk: "web01" }), at },
        { do: "unmap", id: "m1" },
      ]);
      for (const [index, answer] of (await scene.ask(...asks)).entries()) {
        if (index % 2 === 0) expect(answer.value).toMatchObject({ signal: "SIGKILL" });
        else expect(answer).not.toHaveProperty("error");
      }
    });
  });
}
