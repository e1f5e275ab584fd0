import { readdir } from "node:fs/promises";
import { BackurneError } from "@backurne/model";
import type { MapContext } from "../types.ts";
import { readHolders, readMapped, readMounts, readOr } from "./kernel.ts";
import { findUsers } from "./processes.ts";

/** One device of the device mapper. */
export interface Table {
  /** Ours alone: `close` removes what has this name. */
  readonly name: string;
  /** Lines as dmsetup reads them. */
  readonly lines: readonly string[];
}

/** Nodes are made by dmsetup itself, whether udev runs or not. */
export const ALONE = ["--noudevsync", "--noudevrules", "--verifyudev"];

export async function createMapped({ name, lines }: Table, { run }: MapContext): Promise<void> {
  await run({ file: "dmsetup", args: ["create", ...ALONE, name] }, `${lines.join("\n")}\n`);
}

/** Newest first: one that stands on another has to go before it. */
export async function removeMapped(names: readonly string[], { run }: MapContext): Promise<void> {
  for (const name of names.toReversed()) {
    const device = (await readMapped()).get(name);
    if (device === undefined) continue;
    const { code } = await run({ file: "dmsetup", args: ["remove", ...ALONE, "--retry", name], answers: [1] });
    if (code !== 0 && (await readMapped()).has(name)) throw await describeBusy(`/dev/mapper/${name}`, device);
  }
}

export async function describeBusy(device: string, name: string): Promise<BackurneError> {
  const users = await findHolders(device, name);
  const who = users.length === 0 ? "something" : users.join(", ");
  return new BackurneError("held", `${device} is in use by ${who}`, { hint: "end that, then unmap again" });
}

/** Who stands on it or on a partition of it: devices, mounts, processes. */
export async function findHolders(device: string, name: string): Promise<readonly string[]> {
  const entries = await readdir(`/sys/class/block/${name}`).catch(() => []);
  const parts = entries.filter((entry) => entry.startsWith(name));
  const holders = await Promise.all([name, ...parts].map(readHolders));
  const users = await Promise.all([device, ...parts.map((part) => `/dev/${part}`)].map(findUsers));
  const numbers = await Promise.all([name, ...parts].map((one) => readOr(`/sys/class/block/${one}/dev`, "-")));
  const mounts = (await readMounts()).filter(({ number }) => numbers.includes(number));
  return [...holders.flat(), ...users.flat(), ...mounts.map(({ at }) => `a mount on ${at}`)];
}
