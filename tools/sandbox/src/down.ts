import { readdir, rm } from "node:fs/promises";
import { isAlive, killOwned } from "./processes.ts";
import type { Daemon } from "./types.ts";
import { BOOTING, locate, READY, readJson, type Which } from "./which.ts";

/** Ends every process of the sandbox and removes its directory, whatever state it is in. Nothing to do is fine too. */
export async function down(which: Which = {}): Promise<void> {
  const dir = locate(which);
  const booting = await readJson<Daemon>(`${dir}/${BOOTING}`).catch(() => undefined);
  if (booting !== undefined && booting.pid !== process.pid && (await isAlive(booting)))
    throw new Error(`${dir} is being booted by process ${booting.pid}: interrupt that first`);
  if (which.dir !== undefined && !(await isSandbox(dir)))
    throw new Error(`${dir} is not a sandbox: nothing was removed`);
  await remove(dir);
}

/** `down` without its questions. */
export async function remove(dir: string): Promise<void> {
  await killOwned(dir);
  await rm(dir, { recursive: true, force: true });
}

/** `--dir /home` is a typing mistake away. */
async function isSandbox(dir: string): Promise<boolean> {
  const entries = await readdir(dir).catch((): string[] => []);
  return entries.length === 0 || entries.includes(BOOTING) || entries.includes(READY);
}
