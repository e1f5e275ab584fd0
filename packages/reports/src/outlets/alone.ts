import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** ms between two tries. */
const PAUSE = 100;
/** ms; to tell somebody twice is better than not at all. */
const PATIENCE = 120_000;

/**
 * One after the other among all processes of this host, for one directory. The lock is a name among Linux's abstract sockets:
 * the kernel gives it back whatever becomes of its holder, so that no dead one's is ever in the way.
 */
export async function alone<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const name = `\0backurne-${createHash("sha256").update(directory).digest("hex").slice(0, 32)}`;
  const server = createServer((socket) => socket.destroy());
  for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
    try {
      await once(server.listen(name), "listening");
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") break;
      await sleep(PAUSE);
    }
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}
