import { forEachOf, type Found, type Probe } from "../probe.ts";
import { nameOf, uniqueBy, type Site } from "../site.ts";

/** Of what may be stored. */
const NEARLY = 0.85;

export const space: Probe = {
  name: "space",
  look: ({ sites }) =>
    forEachOf(
      uniqueBy(sites, ({ cluster, address }) => [cluster, address]),
      nameOf,
      lookAt,
    ),
};

async function lookAt(site: Site): Promise<readonly Found[]> {
  const pool = await site.ceph.pool();
  const about = nameOf(site);
  if (!pool) {
    const what = "there is no such pool";
    return [
      { severity: "error", about, what, why: "nothing can be done without it", how: "create it, or correct pool" },
    ];
  }
  if (pool.flags.some((flag) => flag === "full" || flag === "full_quota")) {
    const byQuota = pool.flags.includes("full_quota");
    return [
      {
        severity: "error",
        about,
        what: byQuota ? "it has reached its quota" : "it is full",
        why: "Ceph blocks every write to it, without an error; a backup would wait for ever",
        how: byQuota
          ? `ceph osd pool set-quota ${pool.name} max_bytes …, or remove something`
          : "add space, or remove something",
      },
    ];
  }
  return [...judgeQuota(about, pool), ...judgeSpace(about, pool)];
}

type Pool = NonNullable<Awaited<ReturnType<Site["ceph"]["pool"]>>>;

function judgeQuota(about: string, { quotaBytes, quotaObjects, stored }: Pool): readonly Found[] {
  if (quotaBytes === 0 && quotaObjects === 0) return [];
  const parts = [quotaBytes > 0 && `${quotaBytes} bytes`, quotaObjects > 0 && `${quotaObjects} objects`];
  const near = quotaBytes > 0 && stored !== undefined && stored > NEARLY * quotaBytes;
  const used = near ? `, of which ${Math.round((100 * stored) / quotaBytes)} % are used` : "";
  return [
    {
      severity: near ? "warning" : "info",
      about,
      what: `it has a quota: ${parts.filter(Boolean).join(" and ")}${used}`,
      why: "at its quota Ceph blocks every write, without an error",
      how: "watch it, or raise it with ceph osd pool set-quota",
    },
  ];
}

function judgeSpace(about: string, { stored, available }: Pool): readonly Found[] {
  if (stored === undefined || available === undefined || stored + available === 0) return [];
  const share = stored / (stored + available);
  if (share < NEARLY) return [];
  return [
    {
      severity: "warning",
      about,
      what: `${Math.round(share * 100)} % of it are used`,
      why: "when it is full Ceph blocks every write, without an error",
      how: "add space, keep less, or empty the trash",
    },
  ];
}
