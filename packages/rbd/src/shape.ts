import type { ImageShape } from "@backurne/model";

/** What a backup image needs for rollbacks and diffs that do not read the whole image. */
const FEATURES = "layering,exclusive-lock,object-map,fast-diff,deep-flatten";

/** Those one asks for; rbd sets the others (`striping`, `data-pool`, `operations`) by itself where they belong. */
const ASKED = new Set(["layering", "exclusive-lock", "object-map", "fast-diff", "deep-flatten", "journaling"]);

/** Arguments of `rbd create`; what a shape does not say is as the cluster has it. */
export function shapeArgs(shape: Partial<ImageShape> | undefined): readonly string[] {
  if (!shape) return ["--image-feature", FEATURES];
  const { objectSize, features, stripeUnit, stripeCount = 1, dataPool } = shape;
  const striped = stripeUnit !== undefined && (stripeUnit !== objectSize || stripeCount !== 1);
  return [
    ...(objectSize === undefined ? [] : ["--object-size", `${objectSize}B`]),
    ...(features === undefined ? [] : featureArgs(features)),
    ...(striped ? ["--stripe-unit", `${stripeUnit}B`, "--stripe-count", String(stripeCount)] : []),
    ...(dataPool === undefined ? [] : [`--data-pool=${dataPool}`]),
  ];
}

/** No feature at all cannot be said by naming them. */
function featureArgs(features: readonly string[]): readonly string[] {
  const asked = features.filter((feature) => ASKED.has(feature));
  return asked.length > 0 ? ["--image-feature", asked.join(",")] : ["--rbd-default-features=0"];
}
