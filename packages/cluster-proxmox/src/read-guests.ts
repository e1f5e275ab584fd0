import type { Blind } from "@backurne/cluster";
import { BackurneError, describeError } from "@backurne/model";
import pLimit from "p-limit";
import { z } from "zod";
import type { Client } from "./api.ts";
import { isElsewhere, isNodeDown, ProxmoxError } from "./error.ts";

/** A guest as the listing of the whole cluster shows it. */
export interface ListedGuest {
  readonly vmid: number;
  readonly kind: "qemu" | "lxc";
  readonly node: string;
  /** The node's last report; `unknown` when there is none. */
  readonly status: string;
  readonly name: string;
  readonly tags: readonly string[];
  /** The resource pool it is in. */
  readonly pool?: string | undefined;
}

/** With its own configuration, current values. */
export interface ReadGuest extends ListedGuest {
  readonly config: Readonly<Record<string, unknown>>;
}

export interface ReadGuests {
  readonly guests: readonly ReadGuest[];
  readonly blind: readonly Blind[];
  /** Names of guests by vmid, those that could not be read too. */
  readonly names: ReadonlyMap<number, string>;
}

/** Requests under way at once. */
const WIDTH = 16;

/** One request for the list, one for each guest; one more list when guests moved meanwhile, for all of them together. */
export async function readGuests(client: Client, signal?: AbortSignal): Promise<ReadGuests> {
  const listed = await listGuests(client, signal);
  const first = await readConfigs(client, listed, signal);
  if (first.elsewhere.length === 0) return join(listed, [first]);
  const now = new Map((await listGuests(client, signal)).map((guest) => [guest.vmid, guest]));
  const moved = first.elsewhere.map(({ vmid }) => now.get(vmid)).filter((guest) => guest !== undefined);
  const gone = first.elsewhere.filter(({ vmid }) => !now.has(vmid));
  const second = await readConfigs(client, moved, signal);
  const lost = [
    ...gone.map((guest) => blindFor(guest, "it was deleted while the guests were read")),
    ...second.elsewhere.map((guest) => blindFor(guest, `it is not on ${guest.node}, where the cluster says it is`)),
  ];
  return join(
    [...listed.filter(({ vmid }) => now.has(vmid)), ...moved],
    [first, { ...second, blind: [...second.blind, ...lost] }],
  );
}

const row = z.object({
  type: z.string(),
  vmid: z.coerce.number().int().positive(),
  node: z.string().min(1),
  status: z.string().default("unknown"),
  name: z.string().optional(),
  tags: z.string().optional(),
  pool: z.string().optional(),
});

export async function listGuests(client: Client, signal?: AbortSignal): Promise<readonly ListedGuest[]> {
  const read = z.array(row).safeParse(await client.routes({ signal }).cluster.resources.$get({ type: "vm" }));
  if (!read.success) throw new BackurneError("unexpected", "Proxmox listed its guests in another form than expected");
  return read.data.flatMap(({ type, name, tags = "", ...guest }) => {
    if (type !== "qemu" && type !== "lxc") return [];
    return [{ ...guest, kind: type, name: name || `vm${guest.vmid}`, tags: splitTags(tags) }];
  });
}

/** As Proxmox separates them: it writes `;` and reads commas and spaces too. */
export function splitTags(tags: string): readonly string[] {
  return tags.split(/[;,\s]+/).filter(Boolean);
}

export function labelOf({ name, vmid }: Pick<ListedGuest, "name" | "vmid">): string {
  return `${name} (${vmid})`;
}

export function blindFor(guest: ListedGuest, because: string): Blind {
  return { about: labelOf(guest), because, vmid: guest.vmid };
}

interface Configs {
  readonly read: readonly ReadGuest[];
  readonly elsewhere: readonly ListedGuest[];
  readonly blind: readonly Blind[];
}

async function readConfigs(client: Client, guests: readonly ListedGuest[], signal?: AbortSignal): Promise<Configs> {
  const read: ReadGuest[] = [];
  const elsewhere: ListedGuest[] = [];
  const blind: Blind[] = [];
  const down = new Map<string, string>();

  async function readOne(guest: ListedGuest): Promise<void> {
    signal?.throwIfAborted();
    const known = down.get(guest.node);
    if (known !== undefined) return void blind.push(blindFor(guest, known));
    try {
      read.push(await readGuest(client, guest, signal));
    } catch (error) {
      signal?.throwIfAborted();
      if (isElsewhere(error)) return void elsewhere.push(guest);
      // Hundreds of its guests need not ask again, nor wait as long again.
      if (isNodeDown(error) || isSilent(error)) down.set(guest.node, describeError(error));
      blind.push(blindFor(guest, describeError(error)));
    }
  }

  const limit = pLimit(WIDTH);
  await Promise.all(guests.map((guest) => limit(readOne, guest)));
  const place = new Map(guests.map(({ vmid }, index) => [vmid, index]));
  read.sort((a, b) => (place.get(a.vmid) ?? 0) - (place.get(b.vmid) ?? 0));
  return { read, elsewhere, blind };
}

/** The node takes connections and says nothing: our own deadline passed, or that of the node which was asked. */
function isSilent(error: unknown): boolean {
  return error instanceof ProxmoxError && (error.late || error.status === 596);
}

async function readGuest(client: Client, guest: ListedGuest, signal?: AbortSignal): Promise<ReadGuest> {
  const { node, vmid, kind } = guest;
  const at = client.routes({ signal }).nodes.$(node);
  // Without `current` it would be the values that a restart will bring.
  const answer = await at[kind].$(vmid).config.$get({ current: true });
  const config = z.record(z.string(), z.unknown()).safeParse(answer);
  if (!config.success) throw new BackurneError("unexpected", "its configuration came in another form than expected");
  const own = config.data[kind === "qemu" ? "name" : "hostname"];
  const { tags } = config.data;
  return {
    ...guest,
    // A node that reports late lists its guests without names.
    name: typeof own === "string" && own !== "" ? own : guest.name,
    tags: typeof tags === "string" ? splitTags(tags) : guest.tags,
    config: config.data,
  };
}

function join(listed: readonly ListedGuest[], parts: readonly Pick<Configs, "read" | "blind">[]): ReadGuests {
  const guests = parts.flatMap(({ read }) => read);
  const names = new Map([...listed, ...guests].map(({ vmid, name }) => [vmid, name]));
  return { guests, blind: parts.flatMap(({ blind }) => blind), names };
}
