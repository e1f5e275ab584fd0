import type { Command } from "@backurne/exec";
import { z } from "zod";
import { clusterArgs, imageArgs, rbdCommand, type PoolAccess } from "./command.ts";
import { parseJson } from "./parse.ts";
import type { RbdDevices } from "./types.ts";

/** EINVAL: it is on no device; EBUSY: somebody has it open. */
const NOT_UNMAPPED = [1, 16, 22];

export function openDevices({ address, run }: Pick<PoolAccess, "address" | "run">): RbdDevices {
  const nbd = (args: readonly string[], answers: readonly number[] = []): Command => ({
    file: "rbd-nbd",
    args: [...clusterArgs(address), ...args],
    answers,
  });
  const spec = (image: string): string => [address.pool, address.namespace, image].filter(Boolean).join("/");

  return {
    async clone(image, snapshot, to) {
      const target = [`--dest-pool=${address.pool}`, `--dest=${to}`];
      if (address.namespace) target.push(`--dest-namespace=${address.namespace}`);
      // Format 2: the snapshot is not protected for it, and can expire while the clone stands.
      const format = ["--rbd-default-clone-format", "2"];
      await run(rbdCommand(address, ["clone", ...format, ...imageArgs(address, image, snapshot), ...target]), "write");
    },
    async map(image) {
      return (await run(nbd(["map", spec(image)]), "write")).stdout.trim();
    },
    async unmap(device) {
      const { code } = await run(nbd(["unmap", device], NOT_UNMAPPED), "write");
      return code === 0 ? "unmapped" : "busy";
    },
    async mapped() {
      return parseMapped((await run(nbd(["list-mapped", "--format", "json"]), "read")).stdout);
    },
  };
}

const row = z.object({ image: z.string(), device: z.string() });

export function parseMapped(text: string): readonly z.infer<typeof row>[] {
  return parseJson(z.array(row), text.trim() || "[]", "rbd-nbd list-mapped");
}
