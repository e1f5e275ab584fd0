import type { ImageShape } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { shapeArgs } from "../src/shape.ts";

const MiB = 2 ** 20;
const PLAIN: ImageShape = { objectSize: 4 * MiB, features: ["layering"] };

describe("rbd create makes an image", () => {
  test.each<[string, Partial<ImageShape> | undefined, string]>([
    ["for backups", undefined, "--image-feature layering,exclusive-lock,object-map,fast-diff,deep-flatten"],
    ["of which nothing is known", {}, ""],
    ["with one feature", PLAIN, "--object-size 4194304B --image-feature layering"],
    ["without any", { ...PLAIN, features: [] }, "--object-size 4194304B --rbd-default-features=0"],
    [
      "without features that are none to ask for",
      { ...PLAIN, features: ["layering", "striping", "operations", "data-pool", "journaling"] },
      "--object-size 4194304B --image-feature layering,journaling",
    ],
    [
      "striped",
      { ...PLAIN, stripeUnit: MiB, stripeCount: 4 },
      "--object-size 4194304B --image-feature layering --stripe-unit 1048576B --stripe-count 4",
    ],
    [
      "striped over whole objects, which is not striped",
      { ...PLAIN, stripeUnit: 4 * MiB, stripeCount: 1 },
      "--object-size 4194304B --image-feature layering",
    ],
    [
      "with its data elsewhere",
      { ...PLAIN, dataPool: "-it's ec" },
      "--object-size 4194304B --image-feature layering --data-pool=-it's ec",
    ],
  ])("%s", (_, shape, args) => expect(shapeArgs(shape).join(" ")).toBe(args));
});
