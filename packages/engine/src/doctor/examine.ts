import type { Diagnosis, Finding, FindingSeverity } from "@backurne/model";
import { gatherFacts, type Facts } from "../gather.ts";
import type { House } from "../house.ts";
import { PROBES } from "./probes/index.ts";
import { ssh } from "./probes/ssh.ts";
import { unseen, type Found, type Probe, type Scene } from "./probe.ts";

/** ms for one probe: it looks at many things side by side, and a cluster that hangs must not hang the doctor. */
const LIMIT = 60_000;

/** Whether hosts can be reached, then every other probe, side by side. Changes nothing. */
export async function examine(house: House): Promise<Diagnosis> {
  const now = house.now();
  const gathered = await gather(house);
  const facts = "guests" in gathered ? gathered : undefined;
  // Which hosts there are a Proxmox cluster says only when it is listed.
  const scene: Scene = { house, sites: house.sites?.() ?? [], facts, now };
  const reached = await lookAt(ssh, scene);
  // A host that cannot be reached is one finding, not one of each probe.
  const lost = new Set(reached.filter(({ severity }) => severity === "error").map(({ about }) => about));
  const within = { ...scene, sites: scene.sites.filter((site) => !site.ssh || !lost.has(site.host)) };
  const found = await Promise.all(PROBES.map((probe) => lookAt(probe, within)));
  const listing = "guests" in gathered ? listingFindings(gathered) : [{ ...gathered, probe: "listing" }];
  return {
    version: 1,
    kind: "diagnosis",
    at: new Date(now).toISOString(),
    host: house.host,
    probes: ["listing", ssh.name, ...PROBES.map(({ name }) => name)],
    findings: [...listing, ...reached, ...found.flat()].toSorted(byWeight),
  };
}

async function gather(house: House): Promise<Facts | Found> {
  try {
    return await inTime(gatherFacts(house));
  } catch (error) {
    return { ...unseen("the backup pool", error), severity: "error" };
  }
}

function listingFindings({ clusters }: Facts): readonly Finding[] {
  return clusters.flatMap(({ cluster: { name }, disks, failure = "", doubt, blind = [] }): readonly Finding[] => {
    if (!disks) return [{ ...unseen(name, failure), severity: "error", probe: "listing" }];
    const spots = blind.map(({ about, because }) => ({ ...unseen(`${name}/${about}`, because), probe: "listing" }));
    return doubt === undefined ? spots : [{ ...doubted(name, doubt), probe: "listing" }, ...spots];
  });
}

function doubted(about: string, what: string): Found {
  return {
    severity: "error",
    about,
    what,
    why: "half a listing, or that of another pool, looks as if everything else had been deleted",
    how: "look whether it is the pool that was meant, and whether its user may see all guests",
  };
}

async function lookAt({ name, look }: Probe, scene: Scene): Promise<readonly Finding[]> {
  const found = await inTime(look(scene)).catch((error: unknown) => [unseen(name, error)]);
  return found.map((one) => ({ ...one, probe: name }));
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT / 1000} s`)), LIMIT);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const WEIGHT: Readonly<Record<FindingSeverity, number>> = { error: 0, warning: 1, info: 2 };

function byWeight(a: Finding, b: Finding): number {
  return WEIGHT[a.severity] - WEIGHT[b.severity] || (a.probe + a.about < b.probe + b.about ? -1 : 1);
}
