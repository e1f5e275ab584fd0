import type { Command } from "@backurne/exec";
import { z } from "zod";

/** It sees these devices and no others. What it would make itself, under names that all copies of a disk share, it is not asked for. */
export function ldmtool(devices: readonly string[], words: readonly string[]): Command {
  return { file: "ldmtool", args: [...devices.flatMap((device) => ["--device", device]), ...words] };
}

const count = z.number().int().nonnegative();

/** In sectors of 512 bytes. `disk`: where its data begins on its device, if that is there. */
export interface Part {
  readonly name: string;
  readonly start: number;
  readonly size: number;
  readonly disk: string;
}

export interface LdmDisk {
  readonly device?: string | undefined;
  readonly start: number;
}

export interface LdmVolume {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly chunk: number;
  readonly parts: readonly string[];
}

const group = z.object({ volumes: z.array(z.string()), disks: z.array(z.string()) });
const volume = z.object({
  name: z.string(),
  type: z.string(),
  size: count,
  "chunk-size": count,
  partitions: z.array(z.string()),
});
const part = z.object({ name: z.string(), start: count, size: count, disk: z.string() });
const disk = z.object({
  present: z.boolean(),
  device: z.string().optional(),
  "data-start": count.default(0),
});

export function parseGroup(text: string): z.infer<typeof group> {
  return group.parse(JSON.parse(text));
}

export function parseLdmVolume(text: string): LdmVolume {
  const { name, type, size, partitions, "chunk-size": chunk } = volume.parse(JSON.parse(text));
  return { name, type: type.toLowerCase(), size, chunk, parts: partitions };
}

export function parsePart(text: string): Part {
  return part.parse(JSON.parse(text));
}

export function parseDisk(text: string): LdmDisk {
  const { present, device, "data-start": start } = disk.parse(JSON.parse(text));
  return { device: present ? device : undefined, start };
}
