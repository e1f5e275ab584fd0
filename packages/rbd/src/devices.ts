import { clusterArgs, imageArgs, rbdCommand, type PoolAccess } from "./command.ts";
import type { RbdDevices } from "./types.ts";

export function openDevices({ address, run }: Pick<PoolAccess, "address" | "run">): RbdDevices {
  return {
    async clone(image, snapshot, to) {
      const target = [`--dest-pool=${address.pool}`, `--dest=${to}`];
      if (address.namespace) target.push(`--dest-namespace=${address.namespace}`);
      // Format 2: the snapshot is not protected for it, and can expire while the clone stands.
      const format = ["--rbd-default-clone-format", "2"];
      await run(rbdCommand(address, ["clone", ...format, ...imageArgs(address, image, snapshot), ...target]), "write");
    },
    async map(image) {
      const spec = [address.pool, address.namespace, image].filter(Boolean).join("/");
      const command = { file: "rbd-nbd", args: [...clusterArgs(address), "map", spec] };
      return (await run(command, "write")).stdout.trim();
    },
  };
}
