import {
  formatMoments,
  markKey,
  MOMENTS,
  parseMoments,
  type GuestMark,
  type Marks,
  type Moments,
} from "@backurne/model";
import type { SnapshotFacts } from "@backurne/planner";
import type { JobContext } from "./context.ts";
import type { Made } from "./moment.ts";

interface Recorded {
  /** The image that receives, which is not yet under the chain's name when a first backup is made. */
  readonly target: string;
  readonly made: Made;
  readonly marks: Marks;
  /** What stands there: moments of others are forgotten. */
  readonly standing: readonly SnapshotFacts[];
}

/**
 * Writes onto the backup image whose disk it is, and what the guest was at that moment: its configuration and how still
 * it stood. Before the first byte, so that no point is without. Plain clusters know no guests, and cost nothing.
 */
export async function recordMoment(
  { target, made, marks, standing }: Recorded,
  { house, reached, lease }: JobContext,
): Promise<GuestMark | undefined> {
  const { guest, names, consistency } = made;
  if (!guest?.config || !reached) return marks.guest;
  const { vmid, kind } = guest.config;
  const owner: GuestMark = { cluster: reached.settings.name, vmid, kind };
  const write = async (key: string, value: string): Promise<void> => {
    await lease.confirm();
    await house.backup.setMetadata(target, key, value);
  };
  if (JSON.stringify(marks.guest) !== JSON.stringify(owner)) await write(markKey("guest"), JSON.stringify(owner));
  const before = standing.length > 0 ? await readMoments(target, house.backup) : { points: {}, configs: {} };
  const stands = new Set(standing.map(({ name }) => name));
  const points = {
    ...Object.fromEntries(Object.entries(before.points).filter(([name]) => stands.has(name))),
    ...Object.fromEntries(names.map((name) => [name, { config: guest.config?.digest, consistency }])),
  };
  const used = new Set(Object.values(points).map(({ config }) => config));
  const known = { ...before.configs, [guest.config.digest]: guest.config };
  const configs = Object.fromEntries(Object.entries(known).filter(([digest]) => used.has(digest)));
  await write(MOMENTS, formatMoments({ points, configs }));
  return owner;
}

export async function readMoments(
  image: string,
  pool: Pick<JobContext["house"]["backup"], "metadata">,
): Promise<Moments> {
  return parseMoments((await pool.metadata(image)) ?? {});
}
