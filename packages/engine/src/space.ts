import type { PoolSpace } from "@backurne/model";
import type { House } from "./house.ts";

/** undefined: nobody says, as the manager does not answer. */
export async function measureSpace({ sites }: Pick<House, "sites">): Promise<PoolSpace | undefined> {
  const site = sites?.().find(({ side }) => side === "backup");
  const { name, stored, available, quotaBytes = 0 } = (await site?.ceph.pool()) ?? {};
  if (name === undefined || stored === undefined || available === undefined) return undefined;
  const allowed = quotaBytes === 0 ? available : Math.max(0, quotaBytes - stored);
  return { pool: name, stored, available: Math.min(available, allowed) };
}
