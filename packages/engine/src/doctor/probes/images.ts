import { shortName } from "@backurne/model";
import pLimit from "p-limit";
import type { RbdPool } from "@backurne/rbd";
import type { Found, Probe, Scene } from "../probe.ts";

/** Each image is a process: of very many only so many are looked at. */
const MOST = 1000;
const NEEDED = ["exclusive-lock", "object-map", "fast-diff"];

export const images: Probe = {
  name: "images",
  async look(scene) {
    const all = [...backupImages(scene), ...liveImages(scene)];
    const ask = pLimit(20);
    const found = await Promise.all(all.slice(0, MOST).map((one) => ask(() => lookAt(one))));
    return [...found.flat(), ...(all.length > MOST ? [unlooked(all.length)] : [])];
  },
};

interface Image {
  readonly side: "live" | "backup";
  readonly image: string;
  readonly about: string;
  readonly pool: RbdPool;
}

function backupImages({ facts, house: { backup } }: Scene): readonly Image[] {
  return (facts?.chains ?? []).map(({ image }) => ({ side: "backup", image, about: image, pool: backup }));
}

function liveImages({ facts, house }: Scene): readonly Image[] {
  return (facts?.clusters ?? []).flatMap(({ cluster, disks = [] }) => {
    const adapter = house.clusters.find((one) => one.cluster.name === cluster.name)?.cluster;
    return adapter
      ? disks.map(({ disk }) => ({
          side: "live" as const,
          image: disk.image,
          about: shortName(disk),
          pool: adapter.pool(disk),
        }))
      : [];
  });
}

async function lookAt({ side, image, about, pool }: Image): Promise<readonly Found[]> {
  const info = await pool.info(image);
  if (!info) return []; // it has just gone
  const missing = NEEDED.filter((feature) => !info.features.includes(feature));
  const broken = info.flags.filter((flag) => /invalid/.test(flag));
  return [
    ...(broken.length > 0 ? [invalid(about, broken)] : []),
    ...(missing.length > 0 ? [lacking(side, about, missing)] : []),
  ];
}

function invalid(about: string, broken: readonly string[]): Found {
  return {
    severity: "warning",
    about,
    what: broken.join(", "),
    why: "differences and rollbacks have to look at every object of it",
    how: "rbd object-map rebuild POOL/IMAGE, and of each snapshot: POOL/IMAGE@SNAPSHOT",
  };
}

function lacking(side: Image["side"], about: string, missing: readonly string[]): Found {
  return {
    severity: side === "backup" ? "warning" : "info",
    about,
    what: `without ${missing.join(", ")}`,
    why: side === "backup" ? "each rollback reads the whole image" : "each difference asks every object",
    how: `rbd feature enable POOL/IMAGE ${missing.join(" ")}, then rbd object-map rebuild POOL/IMAGE`,
  };
}

function unlooked(count: number): Found {
  return {
    severity: "info",
    about: "images",
    what: `only ${MOST} of ${count} were looked at`,
    why: "each of them is a process",
    how: "nothing",
  };
}
