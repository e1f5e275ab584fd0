import {
  destinationOf,
  digestOf,
  digestsOf,
  streamOf,
  type Cluster,
  type FoundGuest,
  type StreamAccess,
  type Thawed,
  type UnownedImage,
} from "@backurne/cluster";
import type { Witness } from "./noted.ts";
import type { SimulatedPool } from "./pool.ts";

/** `refuses`: answers, and freezes nothing. `hangs`: takes every command and answers none. */
export type Agent = "answers" | "refuses" | "hangs";

/** A guest as it is now: tests rename it, stop its agent, look whether it stands still. */
export interface SimulatedGuest {
  readonly vmid: number;
  name: string;
  /** Adapters. */
  disks: readonly string[];
  /** Those whose disks it remembers as unused. */
  detached?: readonly string[];
  agent: Agent;
  frozen: boolean;
  /** What its smbios says; default: one made of its number. */
  readonly uuid?: string;
}

export function guest(vmid: number, name: string, disks: readonly string[] = ["scsi0"]): SimulatedGuest {
  return { vmid, name, disks, agent: "answers", frozen: false };
}

/** Where and of what a simulated cluster is made. */
export interface GuestSite {
  readonly name: string;
  readonly guests: readonly SimulatedGuest[];
  readonly pool: SimulatedPool;
  readonly access: StreamAccess;
  readonly see: Witness;
}

/** A cluster of guests with several disks each, which can be held still. */
export function simulateGuests({ name: cluster, guests, pool, access, see }: GuestSite): Cluster {
  const fsid = `fsid of ${cluster}`;
  for (const one of guests) for (const adapter of one.disks) pool.add(imageOf(one, adapter));

  function found(one: SimulatedGuest): FoundGuest {
    const { vmid, name, disks } = one;
    const lines = Object.fromEntries(
      disks.map((adapter) => [adapter, `${cluster}:${imageOf(one, adapter)},discard=on`]),
    );
    const config = { kind: "qemu", vmid, name, node: "node", digest: name, config: lines } as const;
    return {
      name,
      config,
      stillness: { kind: "freezable" },
      disks: disks.map((adapter) => {
        const image = pool.listed(imageOf(one, adapter));
        const place = { pool: cluster, namespace: "", image: image.image };
        const key = { ident: uuidOf(one), disk: adapter };
        const vm = { vmid, kind: "qemu", tags: [] } as const;
        const disk = { ...place, cluster, guest: name, disk: adapter, key, comment: name, storage: cluster, vm };
        return { disk, image, source: { ...place, fsid, id: image.id } };
      }),
    };
  }

  function unowned(): readonly UnownedImage[] {
    const owned = new Set(guests.flatMap((one) => one.disks.map((adapter) => imageOf(one, adapter))));
    const remembered = new Set(guests.flatMap((one) => (one.detached ?? []).map((adapter) => imageOf(one, adapter))));
    return [...pool.images.keys()]
      .filter((image) => !owned.has(image))
      .map((name) => {
        const image = pool.listed(name);
        const source = { fsid, pool: cluster, namespace: "", image: name, id: image.id };
        return { source, image, detached: remembered.has(name) ? "unused0" : undefined };
      });
  }

  async function thaw(vmid: number): Promise<Thawed> {
    await see(`${cluster} thaw ${vmid}`);
    const one = guests.find((each) => each.vmid === vmid);
    if (one?.agent === "hangs") return { held: false, stuck: true, because: "its agent does not answer" };
    if (!one?.frozen) return { held: false, because: "it had thawed by itself" };
    one.frozen = false;
    return { held: true };
  }

  return {
    name: cluster,
    inventory: async () => ({ fsids: [fsid], guests: guests.map(found), omitted: [], blind: [], unowned: unowned() }),
    pool: () => pool.rbd,
    stream: ({ image }, request) => streamOf(access, image, request),
    async destination(name, namespace) {
      const reach = () => ({ ...access, objects: { fsid: async () => fsid } });
      const destination = destinationOf({ pool: name, namespace }, { ...access, reach });
      return { ...destination, storage: cluster };
    },
    digest: ({ image }, snapshot) => digestOf(access, image, snapshot),
    digests: ({ image }, request) => digestsOf(access, image, request),
    stillness: async ({ stillness }) => stillness,
    async freeze({ config }) {
      const one = guests.find(({ vmid }) => vmid === config?.vmid);
      if (!one) throw new Error("only listed guests are frozen");
      const waits = see(`${cluster} freeze ${one.vmid}`);
      one.frozen = one.agent !== "refuses"; // the command is taken before anything can be answered
      await waits;
      if (one.agent === "refuses") return { frozen: false, because: "its agent froze no filesystem" };
      if (one.agent === "hangs") return { frozen: false, because: "its agent does not answer", stuck: true };
      let thawed: Promise<Thawed> | undefined;
      return { frozen: true, thaw: () => (thawed ??= thaw(one.vmid)) };
    },
    thaw,
  };
}

export function imageOf({ vmid }: Pick<SimulatedGuest, "vmid">, adapter: string): string {
  return `vm-${vmid}-${adapter}`;
}

export function uuidOf({ vmid, uuid }: Pick<SimulatedGuest, "vmid" | "uuid">): string {
  return uuid ?? `00000000-0000-4000-8000-${String(vmid).padStart(12, "0")}`;
}
