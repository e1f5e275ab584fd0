import type { CommandResult } from "@backurne/exec";
import { imageArgs, rbdCommand, type PoolAccess } from "./command.ts";
import { digestCommand, wordsOf } from "./digests.ts";
import { shapeArgs } from "./shape.ts";
import { groupListings } from "./listing.ts";
import { answerTogether } from "./answer-together.ts";
import { listMoving } from "./moving.ts";
import { repeatSafely } from "./steady.ts";
import {
  parseChildren,
  parseExtents,
  parseInfo,
  parseInventory,
  parseMetadata,
  parseNames,
  parseSnapshots,
  parseUsage,
  parseWatchers,
} from "./parse.ts";
import type { CreateOptions, ImageInfo, ImageWithSnapshots, RbdPool, Usage } from "./types.ts";

// errno values as rbd passes them on.
const ENOENT = 2;
const EBUSY = 16;
const EEXIST = 17;
const EINVAL = 22;
const ENOTEMPTY = 39;

/** rbd also ends with 2 where the key, the pool or the namespace is missing, and none of them says that an image is gone. */
const ABSENT =
  /^rbd: (error opening image |failed to remove snapshot: |snapshot does not exist|(?:un)?protecting snap failed: |delete error: |no existing metadata key )/m;

const NO_POOL = /^rbd: (error opening pool |namespace .* does not exist)/m;

/** A full pool: rbd then says that an image it cannot put aside is not there. */
const FULL = /\(28\) No space left on device/;

export function openPool({ address, run: runOnce, place, exportOps = 10 }: PoolAccess): RbdPool {
  const run = repeatSafely(runOnce);
  const runAgain = repeatSafely(runOnce, { sameTwice: true });
  const at = (image?: string, snapshot?: string): string[] => imageArgs(address, image, snapshot);
  let size: number | undefined;

  async function ask(args: readonly string[], lane = "read"): Promise<string> {
    return (await run(rbdCommand(address, args), lane)).stdout;
  }

  /** undefined: no such image. */
  async function askOf(args: readonly string[]): Promise<string | undefined> {
    const { code, stdout } = await tell(args, [ENOENT], "read");
    return code === ENOENT ? undefined : stdout;
  }

  /** The exit code, 0 or one of `answers`. */
  async function act(args: readonly string[], answers: readonly number[] = [], lane = "write"): Promise<number> {
    return (await tell(args, answers, lane)).code;
  }

  /** The same, where doing it twice is doing it once. */
  async function put(args: readonly string[], answers: readonly number[] = []): Promise<void> {
    await tell(args, answers, "write", runAgain);
  }

  async function tell(
    args: readonly string[],
    answers: readonly number[],
    lane: string,
    by = run,
  ): Promise<CommandResult> {
    const result = await by(rbdCommand(address, args, answers), lane);
    const stderr = result.stages[0]?.stderr ?? "";
    if (result.code !== ENOENT || (ABSENT.test(stderr) && !FULL.test(stderr))) return result;
    const others = answers.filter((code) => code !== ENOENT);
    return by(rbdCommand(address, args, others), lane); // fails with the whole story, or the trouble has passed
  }

  async function inventory(): Promise<readonly ImageWithSnapshots[]> {
    const command = rbdCommand(address, ["ls", "-l", ...at(), "--format", "json"]);
    const images = await listMoving(command, run, (text, moved) =>
      moved ? standing(parseInventory(text)) : parseInventory(text),
    );
    size = images.length;
    return images;
  }

  async function names(): Promise<readonly string[]> {
    return parseNames(await ask(["ls", ...at(), "--format", "json"]));
  }

  /** Those that are there afterwards too; undefined: then something is there that they lack. */
  async function standing(images: readonly ImageWithSnapshots[]) {
    const now = new Set(await names());
    const found = images.filter(({ image }) => now.has(image));
    return found.length === now.size ? found : undefined;
  }

  async function datedSnapshots(image: string) {
    const text = await askOf(["snap", "ls", ...at(image), "--format", "json"]);
    return text === undefined ? undefined : parseSnapshots(text);
  }

  return {
    place,
    async exists() {
      const args = ["ls", ...at()];
      const { code, stages } = await run(rbdCommand(address, args, [ENOENT]), "read");
      if (code !== 0 && NO_POOL.test(stages[0]?.stderr ?? "")) return false;
      if (code !== 0) await ask(args); // fails with the whole story, or the trouble has passed
      return true;
    },
    inventory,
    names: answerTogether(names),
    snapshots: groupListings({ one: datedSnapshots, all: inventory, size: () => size, gather: 15 }),
    datedSnapshots,

    async info(image): Promise<ImageInfo | undefined> {
      const text = await askOf(["info", ...at(image), "--format", "json"]);
      return text === undefined ? undefined : parseInfo(text);
    },
    async watched(image) {
      const text = await askOf(["status", ...at(image), "--format", "json"]);
      return text === undefined ? undefined : parseWatchers(text);
    },
    async metadata(image) {
      const text = await askOf(["image-meta", "list", ...at(image), "--format", "json"]);
      return text === undefined ? undefined : parseMetadata(text);
    },
    async setMetadata(image, key, value) {
      await put(["image-meta", "set", ...at(image), key, value]);
    },
    async removeMetadata(image, key) {
      await put(["image-meta", "remove", ...at(image), key], [ENOENT]);
    },
    async create(image, { size: bytes, shape }: CreateOptions) {
      const args = ["create", ...at(image), "--size", `${bytes}B`, ...shapeArgs(shape)];
      return (await act(args, [EEXIST])) === EEXIST ? "exists" : "created";
    },
    async rename(from, to) {
      const target = [`--dest-pool=${address.pool}`, `--dest=${to}`];
      if (address.namespace) target.push(`--dest-namespace=${address.namespace}`);
      return (await act(["rename", ...at(from), ...target], [EEXIST])) === EEXIST ? "exists" : "renamed";
    },
    async remove(image) {
      return removal(await act(["rm", "--no-progress", ...at(image)], [ENOENT, EBUSY, ENOTEMPTY]));
    },
    async trash(image, days) {
      // Relative: rbd reads an absolute date of the past as the year 2106.
      await act(["trash", "mv", ...at(image), "--expires-at", `now + ${days} days`]);
    },
    async createSnapshot(image, snapshot) {
      // A guest may stand still until it is there: removals, which can take minutes, are not waited for.
      const code = await act(["snap", "create", "--no-progress", ...at(image, snapshot)], [EEXIST], "snapshot");
      return code === EEXIST ? "exists" : "created";
    },
    async removeSnapshot(image, snapshot) {
      return removal(await act(["snap", "rm", "--no-progress", ...at(image, snapshot)], [ENOENT, EBUSY]));
    },
    async protect(image, snapshot) {
      // 16: it is protected.
      const outcome = await act(["snap", "protect", ...at(image, snapshot)], [ENOENT, EBUSY]);
      return outcome === ENOENT ? "absent" : "protected";
    },
    async children(image, snapshot) {
      const text = await askOf(["children", ...at(image, snapshot), "--format", "json"]);
      return text === undefined ? undefined : parseChildren(text);
    },
    async unprotect(image, snapshot) {
      // 22: it is not protected.
      const outcome = await act(["snap", "unprotect", ...at(image, snapshot)], [ENOENT, EBUSY, EINVAL]);
      if (outcome === ENOENT) return "absent";
      return outcome === EBUSY ? "busy" : "unprotected";
    },
    async rollback(image, snapshot) {
      await put(["snap", "rollback", "--no-progress", ...at(image, snapshot)]);
    },
    async changedBytes(image, base) {
      return parseExtents(await ask(["diff", ...at(image), ...since(base), "--format", "json"]));
    },
    async snapshotBytes(image, snapshot, base) {
      return parseExtents(await ask(["diff", ...at(image, snapshot), ...since(base), "--format", "json"]));
    },
    async usage(): Promise<readonly Usage[]> {
      const command = rbdCommand(address, ["du", ...at(), "--format", "json"]);
      return listMoving(command, run, (text, moved) => (moved ? undefined : parseUsage(text)));
    },

    exportDiff(image, snapshot, base) {
      const parallel = ["--rbd-concurrent-management-ops", String(exportOps)];
      return [
        rbdCommand(address, [
          "export-diff",
          "--no-progress",
          ...parallel,
          ...at(image, snapshot),
          ...since(base),
          "--path=-",
        ]),
      ];
    },
    exportWhole(image, snapshot) {
      return [rbdCommand(address, ["export", "--no-progress", ...at(image, snapshot), "--path=-"])];
    },
    digests: (image, snapshot, part) => [digestCommand(address, { image, snapshot, ...wordsOf(part) })],
    compareDigests: (image, snapshot, options) => [
      digestCommand(address, { image, snapshot, compare: true, ...options }),
    ],
    importDiff(image) {
      // A path, not `-`: from `-` rbd keeps a single write in flight.
      return [rbdCommand(address, ["import-diff", "--no-progress", ...at(image), "--path=/dev/stdin"])];
    },
  };
}

function since(base: string | undefined): readonly string[] {
  return base === undefined ? [] : [`--from-snap=${base}`];
}

function removal(code: number): "removed" | "busy" | "absent" {
  if (code === 0) return "removed";
  return code === ENOENT ? "absent" : "busy";
}
