import type { FoundDisk, FoundGuest, Inventory } from "@backurne/cluster";
import type { ProxmoxAccess } from "@backurne/cluster-proxmox";
import { parseSnapshotName, type ProxmoxCluster } from "@backurne/model";
import type { ChainFacts, DiskFacts, PlanInput } from "@backurne/planner";
import type { Access } from "@backurne/proxmox-simulator";
import type { ImageWithSnapshots, RbdPool } from "@backurne/rbd";
import { attachDisks, POOL } from "./guests.ts";
import { PROFILES, recordChain, recordPoints, SIZE, WHOLE_RUN } from "./recorded.ts";

const FSID = "live";

/** What stands on both sides for the guests: pools are not what is measured here. */
export interface Recorded {
  readonly now: number;
  readonly live: readonly ImageWithSnapshots[];
  readonly chains: readonly ChainFacts[];
}

/** Every disk has been backed up for months, and is due. */
export function recordPools(guests: number, now: number): Recorded {
  const recorded = attachDisks(guests).map(({ uuid, adapter, image, name }, index) => {
    const [id, points] = [`id${index}`, recordPoints(index, now)];
    const [{ ours: _ours, ...last }] = points.slice(-1) as [(typeof points)[number]];
    const source = { fsid: FSID, pool: POOL, namespace: "", image, id };
    const chain = recordChain({ key: { ident: uuid, disk: adapter }, comment: name }, source, points);
    return { chain, live: { image, id, size: SIZE, snapshots: [last] } };
  });
  return { now, live: recorded.map(({ live }) => live), chains: recorded.map(({ chain }) => chain) };
}

/** Pools that answer at once with what was recorded. */
export function accessTo({ live }: Pick<Recorded, "live">): ProxmoxAccess {
  const pool = { place: POOL, inventory: async () => live } as Partial<RbdPool> as RbdPool;
  const reached = {
    pool,
    objects: { fsid: async () => FSID },
    bulk: { place: POOL, wrap: (pipeline) => pipeline },
  } satisfies ReturnType<ProxmoxAccess["reach"]>;
  return {
    reach: () => reached,
    digest: "xxhsum",
    guard: () => Promise.reject(new Error("nobody is held still by a plan")),
  };
}

/** The defaults of the configuration, for this cluster. */
export function proxmoxCluster({ endpoints, caFile, tokenId, tokenSecret }: Access): ProxmoxCluster {
  return {
    kind: "proxmox",
    name: "px",
    identPrefix: "",
    profiles: PROFILES,
    rules: [],
    liveWorker: 12,
    compression: false,
    hooks: { timeout: 600_000 },
    api: {
      hosts: endpoints.map(({ host, port }) => `${host}:${port}`),
      port: 8006,
      login: { tokenId, tokenSecret },
      tls: { caFile },
    },
    useSmbios: true,
    uuidFallback: false,
    storages: {},
    defaultReach: { ssh: {} },
  };
}

/** As the engine makes it of an inventory. */
export function planInput(
  { guests, unowned: stray = [], ...rest }: Inventory,
  cluster: ProxmoxCluster,
  { chains, now }: Pick<Recorded, "chains" | "now">,
): PlanInput {
  const disks = guests.flatMap((guest) => guest.disks.map((disk) => diskFacts(disk, guest)));
  const unowned = stray.map(({ image, ...one }) => ({ ...one, snapshots: snapshotFacts(image) }));
  return {
    clusters: [{ cluster, disks, unowned, ...rest }],
    pool: { chains, intended: () => false },
    now,
    ...WHOLE_RUN,
  };
}

function diskFacts({ disk, source, image }: FoundDisk, { stillness }: FoundGuest): DiskFacts {
  const freezable = stillness.kind === "freezable";
  return { disk, source, size: image.size, snapshots: snapshotFacts(image), freezable };
}

function snapshotFacts({ snapshots }: ImageWithSnapshots): DiskFacts["snapshots"] {
  const names = { prefix: "backup", legacyTimezone: "UTC" };
  return snapshots.map((one) => ({ ...one, ours: parseSnapshotName(one.name, names) }));
}
