import {
  explainImage,
  inspectImage,
  listGuestProfiles,
  listGuests,
  listImages,
  listPoints,
  setGuestProfiles,
} from "@backurne/engine";
import type { ProfilesAnswer } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { backUp, DAY, guest, HOUR, openWorld, profile, type World } from "../src/index.ts";

const WEB = { cluster: "px1", vmid: 100 };

function openGuests(): World {
  return openWorld({
    profiles: [profile({ count: 7 }), profile({ name: "hourly", interval: HOUR, count: 24, default: false })],
    proxmox: { px1: [guest(100, "web"), guest(101, "db")] },
  });
}

async function profilesOf(world: World): Promise<readonly string[]> {
  const { events } = await backUp(world.host("bk1"));
  return events.flatMap((event) =>
    event.kind === "transfer-started" ? event.names.map((name) => name.split(";").slice(1, 3).join(" ")) : [],
  );
}

describe("policies set for one guest", () => {
  test("raise and add, for that guest alone; taken back they are gone", async () => {
    const world = openGuests();
    const answer: ProfilesAnswer = { profiles: { daily: { count: 30 }, hourly: {}, weekly: { count: 4 } } };
    const set = await setGuestProfiles(world.host("bk1"), WEB, answer);
    expect(set).toEqual({ ...WEB, answer, at: new Date(world.now).toISOString(), by: "bk1" });
    expect(await listGuestProfiles(world.host("bk2"))).toEqual([set]);
    expect((await profilesOf(world)).toSorted()).toEqual(["daily 30", "daily 7", "hourly 24", "weekly 4"]);
    await setGuestProfiles(world.host("bk2"), WEB, undefined);
    expect(await listGuestProfiles(world.host("bk1"))).toEqual([]);
    world.now += DAY;
    expect(await profilesOf(world)).toEqual(["daily 7", "daily 7"]);
  });

  test("never keep less than is configured, and the run says so", async () => {
    const world = openGuests();
    await setGuestProfiles(world.host("bk1"), WEB, { profiles: { daily: { count: 1 } } });
    const { report } = await backUp(world.host("bk1"));
    expect(report.jobs.flatMap(({ names }) => names.map((name) => name.split(";")[2]))).toEqual(["7", "7"]);
    expect(report.warnings.map(({ message }) => message)).toEqual([expect.stringContaining("daily keeps 7")]);
  });

  test("switch a guest off; what the profiles API says does not switch it on again", async () => {
    const world = openGuests();
    await setGuestProfiles(world.host("bk1"), WEB, { backup: false });
    const askProfiles = async () => ({ answer: { profiles: { hourly: {} } } });
    const { report } = await backUp(world.host("bk1", { askProfiles }));
    expect(report.jobs.map(({ subject }) => subject.guest)).toEqual(["db"]);
  });

  test("decide in lists and explanations, too; there the profiles API is asked about the one image that is explained", async () => {
    const world = openGuests();
    const asked: string[] = [];
    const askProfiles = async ({ guest: name }: { guest: string }) => {
      asked.push(name);
      return { answer: { profiles: { daily: { count: 9 } } } };
    };
    const host = world.host("bk1", { askProfiles });
    const counts = async (reference: string) =>
      (await explainImage(host, reference)).policy.map(({ profile: name, count }) => `${name} ${count}`);
    await setGuestProfiles(host, WEB, { profiles: { hourly: {} } });
    await backUp(world.host("bk1"));
    expect((await counts("web")).toSorted()).toEqual(["daily 9", "hourly 24"]);
    expect(asked).toEqual(["web"]);
    world.now += 3 * DAY;
    const late = async () =>
      (await listImages(host)).map((image) => [image.guest, image.state, ...image.late].join(" "));
    expect(await late()).toEqual(["db present daily", "web present daily hourly"]);
    await setGuestProfiles(host, WEB, { backup: false });
    expect(await late()).toEqual(["db present daily", "web switched off"]);
    const [db, web] = await listGuests(host);
    expect([db, web].map((one) => one?.disks[0]?.state)).toEqual(["present", "switched off"]);
    expect(asked).toEqual(["web"]);
  });

  test("two hosts that set some at once: one is told, and neither forgets what the other has set", async () => {
    const world = openGuests();
    const db = { cluster: "px1", vmid: 101 };
    let other: unknown;
    world.before = async (call) => {
      if (!call.includes("write backurne.guests") || other !== undefined) return;
      other = await setGuestProfiles(world.host("bk2"), db, { backup: false }).catch((error: unknown) => error);
    };
    await setGuestProfiles(world.host("bk1"), WEB, { backup: false });
    expect(other).toMatchObject({ code: "held" });
    await setGuestProfiles(world.host("bk2"), db, { backup: false });
    expect((await listGuestProfiles(world.host("bk1"))).map(({ vmid }) => vmid)).toEqual([100, 101]);
  });

  test("of a cluster that knows no guests are refused; an object that cannot be read is a warning, and no more", async () => {
    const world = openGuests();
    await expect(
      setGuestProfiles(world.host("bk1"), { cluster: "alpha", vmid: 1 }, { backup: false }),
    ).rejects.toMatchObject({ code: "not-found" });
    await world.objects.write("backurne.guests", "nonsense");
    const { report } = await backUp(world.host("bk1"));
    expect(report).toMatchObject({ exit: 0, totals: { done: 2 } });
    expect(report.warnings.map(({ about }) => about)).toEqual(["profiles of guests"]);
  });

  const one = { ...WEB, answer: {}, at: "2026-01-01T00:00:00.000Z", by: "bk1" };
  test.each<unknown>([
    "nonsense",
    null,
    { version: 2, guests: [] },
    { version: 1, guests: {} },
    { version: 1, guests: [null] },
    { version: 1, guests: [one, 7] },
    { version: 1, guests: [{ ...one, vmid: "100" }] },
    { version: 1, guests: [{ ...one, at: "yesterday" }] },
    { version: 1, guests: [{ ...one, answer: null }] },
    { version: 1, guests: [{ ...one, answer: { profiles: [] } }] },
    { version: 1, guests: [{ ...one, answer: { profiles: { daily: null } } }] },
    { version: 1, guests: [{ ...one, answer: { profiles: { daily: { count: "7" } } } }] },
  ])("that are not what was written there cannot be read, and are not written over: %j", async (object) => {
    const world = openGuests();
    const text = typeof object === "string" ? object : JSON.stringify(object);
    await world.objects.write("backurne.guests", text);
    await expect(listGuestProfiles(world.host("bk1"))).rejects.toMatchObject({ code: "unexpected" });
    await expect(setGuestProfiles(world.host("bk1"), WEB, {})).rejects.toMatchObject({ code: "unexpected" });
    expect(await world.objects.read("backurne.guests")).toBe(text);
    const { report } = await backUp(world.host("bk1"));
    expect(report.warnings.map(({ about }) => about)).toEqual(["profiles of guests"]);
  });
});

test("an image, its points and its verdicts come from one look", async () => {
  const world = openWorld({ profiles: [profile({ count: 3 })] });
  world.live("alpha").add("disk");
  for (let night = 0; night < 3; night += 1, world.now += DAY) await backUp(world.host("bk1"));
  world.calls.length = 0;
  const { image, points, explanation } = await inspectImage(world.host("bk1"), "disk");
  expect(world.calls.filter((call) => call.includes("inventory"))).toHaveLength(2); // one a side
  expect(image).toMatchObject({ uuid: "alpha;disk;None", snapshots: 3, state: "present" });
  expect(points).toEqual(await listPoints(world.host("bk1"), "alpha/disk"));
  expect(explanation.snapshots.filter(({ side }) => side === "backup")).toHaveLength(3);
});
