import type { ImageListing, PointListing, Settings } from "@backurne/model";
import { printable } from "@backurne/model";
import { formatLocalTime } from "@backurne/reports";
import type { GlobalArgs } from "../help.ts";
import { printLines } from "../print.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";
import type { Session } from "./session.ts";

interface CompleteArgs extends GlobalArgs {
  readonly what: keyof typeof CANDIDATES;
  /** What is typed so far of an image, or the image whose snapshots are asked for. */
  readonly word?: string | undefined;
  /** What is typed so far of a snapshot. */
  readonly typed?: string | undefined;
}

/** What the completion scripts ask: one candidate a line, in no quotes. Silent when anything is wrong. */
export const complete: Command = {
  name: "__complete <what> [word] [typed]",
  summary: false,
  build: (parser) =>
    parser
      .positional("what", { choices: ["clusters", "profiles", "images", "snapshots", "places", "trash", "mapped"] })
      .positional("word", { type: "string" })
      .positional("typed", { type: "string" }),
  run: async (args: CompleteArgs, world) => {
    try {
      const found = await withBackurne({ args, world, sweep: false }, (session) =>
        CANDIDATES[args.what](session, args),
      );
      // What is not one plain line cannot be completed.
      const lines = [...new Set(found)].filter((line) => line === printable(line));
      if (lines.length > 0) printLines(lines, world);
      return 0;
    } catch {
      return 1;
    }
  },
};

type Find = (session: Session, args: CompleteArgs) => Promise<readonly string[]>;

const CANDIDATES = {
  clusters: async ({ settings }) => settings.liveClusters.map(({ name }) => name),
  profiles: async ({ settings }) => settings.profiles.map(({ name }) => name),
  images: async ({ backurne }, { word = "" }) => offerImages(await backurne.list(), word),
  places: async ({ settings }) => offerPlaces(settings),
  snapshots: async ({ backurne, settings }, { word, typed = "" }) =>
    word === undefined ? [] : offerPoints(await backurne.points(word), { typed, zone: settings.timezone }),
  mapped: async ({ backurne }) => (await backurne.listMapped()).map(({ id }) => id),
  trash: async ({ backurne }, { word = "" }) =>
    (await backurne.trash()).map(({ reference }) => reference).filter((name) => name.startsWith(word)),
} satisfies Readonly<Record<string, Find>>;

/** Names nobody has to quote, unless what is typed begins as an rbd name does. */
function offerImages(images: readonly ImageListing[], typed: string): readonly string[] {
  const short = images.map(({ reference }) => reference).filter((name) => name.startsWith(typed));
  return short.length > 0 ? short : images.map(({ uuid }) => uuid).filter((name) => name.startsWith(typed));
}

/** Local times, newest first, and `latest`: names have to be quoted, and are offered only where one is begun. */
function offerPoints(
  points: readonly PointListing[],
  { typed, zone }: { readonly typed: string; readonly zone: string },
): readonly string[] {
  const moments = [...new Set(points.map(({ creation }) => creation))].toReversed();
  const times = moments.map((moment) => `@${formatLocalTime(moment, zone).replace(" ", "T")}`);
  // The hour that comes twice, and points of one second: only names tell them apart.
  const once = times.filter((time) => times.indexOf(time) === times.lastIndexOf(time));
  const short = points.length > 0 ? ["latest", ...once].filter((one) => one.startsWith(typed)) : [];
  return short.length > 0 ? short : points.map(({ uuid }) => uuid).filter((name) => name.startsWith(typed));
}

/** Beginnings of places for a disk, as far as the configuration knows them. */
function offerPlaces({ liveClusters, backup }: Settings): readonly string[] {
  const live = liveClusters.flatMap((cluster) => {
    if (cluster.kind === "plain") return [[cluster.name, cluster.address.pool, cluster.address.namespace]];
    const storages = Object.keys(cluster.storages);
    return storages.length > 0 ? storages.map((storage) => [cluster.name, storage]) : [[cluster.name]];
  });
  return [...live, ["backup", backup.pool, backup.namespace]].map((parts) => `${parts.filter(Boolean).join("/")}/`);
}
