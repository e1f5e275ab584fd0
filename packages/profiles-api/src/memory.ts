import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, type ProfilesAnswer } from "@backurne/model";
import { formatDuration } from "@backurne/retention";
import { z } from "zod";
import { readAnswer } from "./answer.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** ms an answer is kept that no later one has replaced: its disk is gone, or nobody asks for it. */
const KEPT = 90 * DAY;

const file = z.object({ version: z.literal(1), answers: z.record(z.string(), z.unknown()) });
const entry = z.object({ at: z.iso.datetime().transform((text) => Date.parse(text)), answer: z.unknown() });

export interface Remembered {
  readonly answer: ProfilesAnswer;
  /** Epoch ms. */
  readonly at: number;
}

/** The last good answer for each disk, as it came over the wire. To lose it is harmless. */
export interface Memory {
  recall(key: string): Promise<Remembered | undefined>;
  keep(key: string, answer: unknown, now: number): Promise<void>;
  /** What went wrong, if anything did. Does nothing when nothing was kept since the last time. */
  save(now: number): Promise<string | undefined>;
}

/** @param path of the file; undefined: what is remembered ends with the process. */
export function openMemory(path: string | undefined): Memory {
  let changed = false;
  let reading: Promise<Map<string, unknown>> | undefined;
  const entries = () => (reading ??= readEntries(path));
  return {
    async recall(key) {
      const found = entry.safeParse((await entries()).get(key)).data;
      const read = found && readAnswer(found.answer);
      return read && "answer" in read ? { answer: read.answer, at: found.at } : undefined;
    },
    async keep(key, answer, now) {
      (await entries()).set(key, { at: new Date(now).toISOString(), answer });
      changed = true;
    },
    async save(now) {
      if (!changed || path === undefined) return undefined;
      changed = false;
      const all = [...(await entries())];
      const young = all.filter(([, one]) => now - (entry.safeParse(one).data?.at ?? 0) < KEPT);
      return replaceFile(path, `${JSON.stringify({ version: 1, answers: Object.fromEntries(young) })}\n`);
    },
  };
}

/** Coarse, so that many disks make one warning. */
export function describeAge(milliseconds: number): string {
  if (milliseconds < HOUR) return "less than an hour";
  const unit = milliseconds < 3 * DAY ? HOUR : DAY;
  return formatDuration(Math.floor(milliseconds / unit) * unit);
}

async function readEntries(path: string | undefined): Promise<Map<string, unknown>> {
  try {
    const { answers } = file.parse(JSON.parse(await readFile(path ?? "", "utf8")));
    return new Map(Object.entries(answers));
  } catch {
    return new Map();
  }
}

async function replaceFile(path: string, text: string): Promise<string | undefined> {
  const next = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(next, text, { flag: "wx", mode: 0o600 });
    await rename(next, path);
    return undefined;
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined);
    return describeError(error);
  }
}
