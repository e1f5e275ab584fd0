import { forEachOf, type Found, type Probe } from "../probe.ts";
import { uniqueBy, type Site } from "../site.ts";

/** What makes Ceph block writes for ever. */
const BLOCKS = /FULL|OSD_DOWN|PG_AVAILABILITY|PG_DEGRADED_FULL/;

export const health: Probe = {
  name: "health",
  look: ({ sites }) =>
    forEachOf(
      uniqueBy(sites, ({ cluster, host }) => [cluster, host]),
      ({ cluster }) => cluster,
      lookAt,
    ),
};

async function lookAt({ ceph, cluster }: Site): Promise<readonly Found[]> {
  return (await ceph.health()).map(({ code, severity, message }) => {
    const full = /FULL/.test(code);
    return {
      severity:
        severity === "HEALTH_ERR" || (full && !/NEAR/.test(code)) ? "error" : BLOCKS.test(code) ? "warning" : "info",
      about: cluster,
      what: `${code}: ${message}`,
      why: full ? "Ceph blocks writes to what is full, without an error" : "Ceph itself says that something is wrong",
      how: "ceph health detail",
    };
  });
}
