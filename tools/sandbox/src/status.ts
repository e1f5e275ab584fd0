import { isAlive } from "./processes.ts";
import type { Daemon, Sandbox } from "./types.ts";
import { locate, READY, readJson, type Which } from "./which.ts";

export interface Status {
  readonly sandbox: Sandbox;
  readonly daemons: readonly (Daemon & { readonly alive: boolean })[];
}

/** The sandbox as `up` returned it. Throws when it is not (completely) up. */
export async function load(which: Which | string = {}): Promise<Sandbox> {
  const dir = locate(typeof which === "string" ? { name: which } : which);
  const sandbox = await readJson<Sandbox>(`${dir}/${READY}`);
  if (sandbox === undefined) throw new Error(`no sandbox in ${dir}: npm run sandbox -- up`);
  return sandbox;
}

/** Which of the sandbox's daemons run. Throws when it is not (completely) up. */
export async function status(which: Which | string = {}): Promise<Status> {
  const sandbox = await load(which);
  const { live, backup, ssh, proxmox } = sandbox;
  const daemons = [live.mon, live.osd, backup.mon, backup.osd, ssh.daemon, ...(proxmox ? [proxmox.daemon] : [])];
  return { sandbox, daemons: await Promise.all(daemons.map(async (one) => ({ ...one, alive: await isAlive(one) }))) };
}
