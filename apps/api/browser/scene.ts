import { verifyImages } from "@backurne/engine";
import type { ProfileSettings } from "@backurne/model";
import { backUp, DAY, guest, HOUR, openWorld, profile, type World } from "@backurne/simulation";

const WEEK = 7 * DAY;
const PROFILES: readonly ProfileSettings[] = [
  profile({ name: "hourly", interval: HOUR, count: 24 }),
  profile({ name: "daily", count: 14, at: "01:00" }),
  profile({ name: "weekly", interval: WEEK, count: 8 }),
  profile({ name: "monthly", interval: 30 * DAY, count: 6 }),
];

/** Some months of an operator's life, so that there is something to look at. */
export async function liveThrough(): Promise<World> {
  const world = openWorld({
    profiles: PROFILES,
    plain: ["rook"],
    proxmox: {
      px1: [guest(100, "web01"), guest(101, "db-main", ["scsi0", "virtio1"]), guest(102, "mail"), guest(103, "shop")],
    },
  });
  const live = world.live("rook");
  for (const image of ["csi-vol-orders", "csi-vol-customers", "csi-vol-<script>alert(1)</script>"]) live.add(image);
  const house = world.host("bk1");
  const run = async (step: number): Promise<void> => {
    await backUp(house);
    world.now += step;
  };
  for (let day = 0; day < 150; day += 1) await run(DAY);
  // Since yesterday something is wrong with one of them.
  world.before = (call) => {
    if (call.includes("createSnapshot") && call.includes("102")) throw new Error("ssh ceph1: connection refused");
    return undefined;
  };
  for (let hour = 0; hour < 30; hour += 1) await run(HOUR);
  world.before = undefined;
  await verifyImages(house, { image: "px1/web01/scsi0", manner: "full" }).catch(() => undefined);
  return world;
}
