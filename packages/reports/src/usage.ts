import type { ImageUsage } from "@backurne/model";
import type { Stats } from "./schemas/listing.ts";

/** The document of `stats`: every image, and the total. */
export function addUpUsage(images: readonly ImageUsage[]): Stats {
  const sum = (what: "size" | "used" | "snapshots") => images.reduce((total, image) => total + image[what], 0);
  const total = { images: images.length, size: sum("size"), used: sum("used"), snapshots: sum("snapshots") };
  return { version: 1, kind: "stats", images, total };
}
