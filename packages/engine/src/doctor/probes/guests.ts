import { forEachOf, type Probe } from "../probe.ts";

/** What a cluster's own API says: its permissions, and guests' agents. */
export const guests: Probe = {
  name: "guests",
  look: ({ facts, house }) =>
    forEachOf(
      house.clusters.filter(({ cluster }) => cluster.examine),
      ({ cluster }) => cluster.name,
      async ({ cluster }) => {
        const own = new Set(facts?.guests.values());
        const of = [...own].filter(({ disks }) => disks[0]?.disk.cluster === cluster.name);
        return (await cluster.examine?.(of)) ?? [];
      },
    ),
};
