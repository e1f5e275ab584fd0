import { once } from "node:events";
import { chmod, lstat, rm } from "node:fs/promises";
import { connect, type Server } from "node:net";
import type { Executor } from "@backurne/exec";

export interface SocketOptions {
  /** Its members may connect, beside whoever listens; default: the group of the process. */
  readonly group?: { readonly name: string; readonly executor: Executor } | undefined;
}

/**
 * Listens on a unix socket. One that a killed server left behind is replaced, one that somebody answers on is not; and nobody can
 * connect before it is his to do so.
 * @throws whatever `listen` or `chgrp` complain of.
 */
export async function listenOnSocket(server: Server, path: string, { group }: SocketOptions = {}): Promise<void> {
  await removeDead(path);
  // It is made with the rights that the mask leaves: there is no moment in which it is open to others.
  const mask = process.umask(0o177);
  const listening = once(server, "listening");
  try {
    server.listen({ path });
  } finally {
    process.umask(mask);
  }
  await listening;
  if (group !== undefined)
    await group.executor.run([{ file: "chgrp", args: ["--no-dereference", "--", group.name, path] }]);
  await chmod(path, 0o660);
}

/** A server that was killed leaves its socket behind; one that lives answers on it. */
async function removeDead(path: string): Promise<void> {
  const found = connect(path);
  const alive = await new Promise<boolean>((resolve) => {
    found
      .once("connect", () => resolve(true))
      .once("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
      });
  });
  found.destroy();
  // What is no socket answers as one without a server.
  const left = await lstat(path).catch(() => undefined);
  if (!alive && left?.isSocket() === true) await rm(path, { force: true });
}
