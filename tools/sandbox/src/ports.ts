import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/** The ports of one sandbox. An OSD binds about eight of its range. */
export interface Ports extends AsyncDisposable {
  readonly ssh: number;
  readonly live: ClusterPorts;
  readonly backup: ClusterPorts;
  /** Three of them: control, and two nodes. */
  readonly proxmox: number;
}

export interface ClusterPorts {
  /** msgr2; the old protocol has the port after it. */
  readonly mon: number;
  readonly osd: { readonly first: number; readonly last: number };
}

const BLOCK = 64;
/** Below Linux's ephemeral range (32768 up), so no outgoing connection takes a port away between looking and binding. */
const FIRST = 20_000;
const BLOCKS = Math.floor((32_768 - FIRST) / BLOCK);

/**
 * Finds a block of free ports and holds it until disposed. The hold is a listening socket on the block's first port:
 * two sandboxes booting at once cannot both have it, and the kernel drops it when this process dies. Afterwards the
 * daemons themselves, bound inside the block, keep it taken.
 */
export async function claimPorts(): Promise<Ports> {
  const start = randomInt(BLOCKS);
  for (let i = 0; i < BLOCKS; i++) {
    const base = FIRST + ((start + i) % BLOCKS) * BLOCK;
    const guard = await listen(base);
    if (guard === undefined) continue;
    if (await allFree(base + 1, base + BLOCK - 1))
      return { ...layOut(base), [Symbol.asyncDispose]: () => close(guard) };
    await close(guard);
  }
  throw new Error(`no ${BLOCK} free ports in a row between ${FIRST} and 32768 on 127.0.0.1`);
}

function layOut(base: number): Omit<Ports, typeof Symbol.asyncDispose> {
  return {
    ssh: base + 1,
    live: { mon: base + 2, osd: { first: base + 4, last: base + 28 } },
    proxmox: base + 29,
    backup: { mon: base + 32, osd: { first: base + 34, last: base + 63 } },
  };
}

async function allFree(first: number, last: number): Promise<boolean> {
  for (let port = first; port <= last; port++) {
    const server = await listen(port);
    if (server === undefined) return false;
    await close(server);
  }
  return true;
}

/** One that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = await listen(0);
  const address = server?.address();
  if (!server || typeof address !== "object" || address === null) throw new Error("no free port on 127.0.0.1");
  await close(server);
  return address.port;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
