import { clusterArgs, type PoolAccess } from "./command.ts";
import { parseRoom } from "./parse-room.ts";
import type { Room } from "./types.ts";

/** Only reads, and so is answered by a cluster that lets nothing be written. One `ceph` run: Python, 140 ms of it. */
export async function readRoom({ address, run }: Pick<PoolAccess, "address" | "run">): Promise<Room> {
  const args = [...clusterArgs(address), "osd", "pool", "ls", "detail", "--format", "json"];
  return parseRoom((await run({ file: "ceph", args }, "read")).stdout, address.pool);
}
