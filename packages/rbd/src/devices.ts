import { clusterArgs, imageArgs, rbdCommand, type PoolAccess } from "./command.ts";
import type { RbdDevices } from "./types.ts";

/**
 * Seconds. Without it whoever reads or writes, or unmounts, waits for a cluster that does not answer, or a pool that is full, for
 * ever, and cannot be killed. An OSD that is restarted is waited for; what takes longer costs the device, and no data.
 */
const IO_TIMEOUT = 60;

export function openDevices({ address, run }: Pick<PoolAccess, "address" | "run">): RbdDevices {
  return {
    async clone(image, snapshot, to) {
      const target = [`--dest-pool=${address.pool}`, `--dest=${to}`];
      if (address.namespace) target.push(`--dest-namespace=${address.namespace}`);
      // Format 2: whether the snapshot may go meanwhile is said by protecting it, and not by this.
      const format = ["--rbd-default-clone-format", "2"];
      await run(rbdCommand(address, ["clone", ...format, ...imageArgs(address, image, snapshot), ...target]), "write");
    },
    async map(image) {
      const spec = [address.pool, address.namespace, image].filter(Boolean).join("/");
      const args = [...clusterArgs(address), "--io-timeout", String(IO_TIMEOUT), "map", spec];
      const command = { file: "rbd-nbd", args };
      return (await run(command, "write")).stdout.trim();
    },
  };
}
