import { describeError } from "@backurne/model";
import type { House } from "../../house.ts";
import { forEachOf, type Found, type Probe } from "../probe.ts";
import { nameOf, uniqueBy, type Site } from "../site.ts";

export const caps: Probe = {
  name: "caps",
  look: ({ sites, house }) =>
    forEachOf(
      uniqueBy(sites, ({ address, host }) => [address, host]),
      nameOf,
      (site) => lookAt(site, house),
    ),
};

async function lookAt(site: Site, house: House): Promise<readonly Found[]> {
  const own = await site.ceph.caps();
  if (own) return judgeCaps(site, own);
  // A user may not see its own caps: so what it needs is tried where that does no harm.
  return site.side === "backup" ? tryBackup(site, house) : [];
}

/** Findings about caps that could be read. */
export function judgeCaps(site: Site, { mon = "", osd = "" }: Readonly<Record<string, string>>): readonly Found[] {
  const about = `${userOf(site)} on ${nameOf(site)}`;
  const how = enough(site);
  if (!/allow \*|profile rbd|allow r/.test(mon)) {
    return [
      {
        severity: "error",
        about,
        what: `it may not ask the monitors (mon: ${mon || "nothing"})`,
        why: "no image can be opened",
        how,
      },
    ];
  }
  if (!mayWrite(site, osd)) {
    const why = site.side === "live" ? "no snapshot can be made" : "nothing can be received";
    return [{ severity: "error", about, what: `it may not write (osd: ${osd || "nothing"})`, why, how }];
  }
  if (!/allow \*/.test(osd)) return [];
  return [
    {
      severity: "info",
      about,
      what: `it may do everything (osd: ${osd})`,
      why: site.side === "live" ? "whoever takes this host can remove every image there" : "it needs one pool only",
      how,
    },
  ];
}

function mayWrite({ side, address: { pool } }: Site, osd: string): boolean {
  return osd.split(",").some((grant) => {
    const named = /pool[= ]"?([^\s",]+)/.exec(grant)?.[1];
    if (named !== undefined && named !== pool) return false;
    if (/allow \*|profile rbd(?!-)/.test(grant)) return true;
    return /allow rw/.test(grant) && (side === "live" || !/object_prefix/.test(grant));
  });
}

async function tryBackup(site: Site, { objects }: House): Promise<readonly Found[]> {
  try {
    // To remove what is not there takes the same right as to write it, and changes nothing.
    await objects.removeObject("backurne.nothing");
    return [];
  } catch (error) {
    const about = `${userOf(site)} on ${nameOf(site)}`;
    const what = `it may not write objects: ${describeError(error).replaceAll(/\s+/g, " ").slice(0, 200)}`;
    return [{ severity: "error", about, what, why: "nothing can be received, and no lease taken", how: enough(site) }];
  }
}

function userOf({ address: { cephId = "admin" } }: Site): string {
  return `client.${cephId}`;
}

/** What is enough. On the live side: to read, and to make and remove snapshots, but no image can be removed or written. */
function enough({ side, address }: Site): string {
  const { pool, namespace, cephId } = address;
  const where = `pool=${pool}${namespace ? ` namespace=${namespace}` : ""}`;
  const writes = ["rbd_header.", "rbd_object_map."].map((prefix) => `allow rwx ${where} object_prefix ${prefix}`);
  const osd = side === "backup" ? `profile rbd ${where}` : [`profile rbd-read-only ${where}`, ...writes].join(", ");
  const user = `client.${cephId && cephId !== "admin" ? cephId : "backurne"}`;
  return `enough is: ceph auth get-or-create ${user} mon 'profile rbd' osd '${osd}'`;
}
