import { describe, expect, test } from "vitest";
import { groupListings, type Listings } from "../src/listing.ts";
import type { ImageWithSnapshots, Snapshot } from "../src/index.ts";

interface Listing {
  readonly kind: "one" | "all";
  readonly image: string | undefined;
  end(): void;
  fail(error: Error): void;
}

/** A pool whose listings are ended by hand, each with what stands in the pool at its start. */
function pool(images: readonly string[], listedBefore = true) {
  const begun: Listing[] = [];
  let clock = 0;
  const stands = (): readonly Snapshot[] => [{ id: clock, name: `at ${clock}`, size: 0 }];

  function begin<T>(kind: Listing["kind"], image: string | undefined, seen: T): Promise<T> {
    return new Promise((resolve, reject) => begun.push({ kind, image, end: () => resolve(seen), fail: reject }));
  }

  const listings: Listings = {
    one: (image) => begin("one", image, images.includes(image) ? stands() : undefined),
    all: () =>
      begin<readonly ImageWithSnapshots[]>(
        "all",
        undefined,
        images.map((image) => ({ image, id: image, size: 0, snapshots: stands() })),
      ),
    size: () => (listedBefore ? images.length : undefined),
  };
  return { begun, ask: groupListings(listings), tick: () => (clock += 1) };
}

/** Lets everything that can happen happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((next) => setImmediate(next));
}

const kinds = (begun: readonly Listing[]) => begun.map(({ kind, image }) => (kind === "one" ? image : kind));
const times = (answer: readonly Snapshot[] | undefined) => answer?.map((snapshot) => snapshot.name);

describe("questions that come together", () => {
  const names = Array.from({ length: 24 }, (_, index) => `image${index}`);

  // One row costs a fourteenth of a listing of one image, a listing of the pool a row per image.
  const rows: readonly [string, number, number, boolean, boolean][] = [
    ["one", 24, 1, true, false],
    ["two, however small the pool", 2, 2, true, false],
    ["three of a small pool", 24, 3, true, true],
    ["three of a pool of 36", 36, 3, true, true],
    ["three of a larger pool", 37, 3, true, false],
    ["all of them, but how many there are is unknown", 24, 24, false, false],
    ["all of them", 24, 24, true, true],
  ];
  test.each(rows)("%s", async (_, size, asked, listedBefore, together) => {
    const images = Array.from({ length: size }, (_x, index) => `image${index}`);
    const { begun, ask } = pool(images, listedBefore);
    const answers = images.slice(0, asked).map((image) => ask(image));
    await settle();
    expect(kinds(begun)).toEqual(together ? ["all"] : images.slice(0, asked));
    for (const listing of begun) listing.end();
    expect((await Promise.all(answers)).map(times)).toEqual(images.slice(0, asked).map(() => ["at 0"]));
  });

  test("an answer never comes from a listing that began before its question", async () => {
    const { begun, ask, tick } = pool(names);
    const first = names.slice(0, 3).map((name) => ask(name));
    await settle();
    tick(); // a snapshot is made while the first listing is under way
    const second = names.slice(0, 4).map((name) => ask(name));
    await settle();
    expect(kinds(begun)).toEqual(["all"]); // the later questions wait
    begun[0]?.end();
    await settle();
    expect((await Promise.all(first)).map(times)).toEqual([["at 0"], ["at 0"], ["at 0"]]);
    expect(kinds(begun)).toEqual(["all", "all"]);
    begun[1]?.end();
    expect((await Promise.all(second)).map(times)).toEqual([["at 1"], ["at 1"], ["at 1"], ["at 1"]]);
  });

  test("an image that is not there is undefined, one by one and together", async () => {
    const { begun, ask } = pool(names);
    const alone = ask("nope");
    await settle();
    begun[0]?.end();
    expect(await alone).toBeUndefined();
    const together = [...names.slice(0, 3), "nope"].map((name) => ask(name));
    await settle();
    begun[1]?.end();
    expect((await Promise.all(together)).map((answer) => answer?.length)).toEqual([1, 1, 1, undefined]);
  });

  test("where the whole listing fails each is asked alone, and only the unreadable one fails", async () => {
    const { begun, ask, tick } = pool(names);
    const answers = names.slice(0, 3).map((name) => ask(name));
    await settle();
    begun[0]?.fail(new Error("image1: header missing"));
    tick();
    await settle();
    expect(kinds(begun)).toEqual(["all", "image0", "image1", "image2"]);
    begun[1]?.end();
    begun[2]?.fail(new Error("header missing"));
    begun[3]?.end();
    const settled = await Promise.allSettled(answers);
    expect(settled.map((one) => (one.status === "fulfilled" ? times(one.value) : String(one.reason)))).toEqual([
      ["at 1"],
      "Error: header missing",
      ["at 1"],
    ]);
  });

  test("a failure does not stop what comes after it", async () => {
    const { begun, ask } = pool(names);
    const failing = ask("image0");
    await settle();
    const waiting = ask("image1");
    begun[0]?.fail(new Error("no"));
    await expect(failing).rejects.toThrow("no");
    await settle();
    begun[1]?.end();
    expect(times(await waiting)).toEqual(["at 0"]);
    await settle(); // nobody asks anything any more
    const later = ask("image2");
    await settle();
    begun[2]?.end();
    expect(times(await later)).toEqual(["at 0"]);
  });
});
