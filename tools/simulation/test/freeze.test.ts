import { expect, test, vi } from "vitest";
import { at, backUp, DAY, failing, guest, openWorld, profile, type Agent, type Ran, type World } from "../src/index.ts";

// Fake timers do not reach this module.
vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms, value);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
}));

const DISKS = ["scsi0", "scsi1", "virtio0"];

function begin(agent: Agent = "answers") {
  const web = { ...guest(100, "web", DISKS), agent };
  return { web, world: openWorld({ profiles: [profile()], proxmox: { px1: [web] } }) };
}

const consistencies = ({ report }: Ran): readonly unknown[] => report.jobs.map(({ consistency }) => consistency);

const CRASHED = { kind: "crash-consistent", skew: expect.any(Number) };

/** What was asked of anybody while the guest stood still, and right around it. */
function aroundFreeze({ calls }: World): readonly string[] {
  const from = calls.indexOf("px1 freeze 100");
  const to = calls.indexOf("px1 thaw 100");
  const run = /(intents\.)[-0-9a-f]{36}/;
  return calls.slice(from - 1, to + 2).map((call) => call.replace(run, "$1RUN"));
}

test("nothing but the snapshots of its disks happens while a guest stands still, and the record is around it", async () => {
  const { world, web } = begin();
  const ran = await backUp(world.host("bk1"));
  expect(ran.report.exit).toBe(0);
  expect(aroundFreeze(world)).toEqual([
    "backup append backurne.intents.RUN",
    "px1 freeze 100",
    ...DISKS.map((disk) => `px1 createSnapshot vm-100-${disk}`),
    "px1 thaw 100",
    "backup append backurne.intents.RUN",
  ]);
  expect(consistencies(ran)).toEqual(DISKS.map(() => ({ kind: "quiesced" })));
  expect(web.frozen).toBe(false);
});

test("snapshots that take longer than the budget: the guest runs again first, and they are crash-consistent", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { world, web } = begin();
    const slow = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    world.before = (call) => {
      if (call !== "px1 createSnapshot vm-100-virtio0") return undefined;
      reached.resolve();
      return slow.promise;
    };
    const running = backUp(world.host("bk1"));
    await reached.promise;
    await vi.advanceTimersByTimeAsync(7_999);
    expect(web.frozen).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(web.frozen).toBe(false);
    expect(world.live("px1").points("vm-100-virtio0")).toEqual([]);
    slow.resolve();
    const ran = await running;
    expect(ran.report).toMatchObject({ exit: 0, totals: { full: 3 } });
    const because = "snapshots took longer than 8 s, thawed first";
    expect(consistencies(ran)).toEqual(DISKS.map(() => ({ ...CRASHED, because })));
  } finally {
    vi.useRealTimers();
  }
});

test("a guest that had thawed by itself is not called quiesced", async () => {
  const { world, web } = begin();
  world.before = at("px1 createSnapshot vm-100-scsi1", () => (web.frozen = false));
  const ran = await backUp(world.host("bk1"));
  expect(ran.report).toMatchObject({ exit: 0, warnings: [] });
  expect(consistencies(ran)).toEqual(DISKS.map(() => ({ ...CRASHED, because: "it had thawed by itself" })));
});

test("a guest that cannot be frozen is backed up all the same, and it is said why", async () => {
  const { world } = begin("refuses");
  const ran = await backUp(world.host("bk1"));
  const because = "its agent froze no filesystem";
  expect(ran.report).toMatchObject({
    exit: 0,
    totals: { full: 3 },
    warnings: [{ about: "px1/web", message: expect.stringContaining(because) }],
  });
  expect(consistencies(ran)).toEqual(DISKS.map(() => ({ ...CRASHED, because })));
  // Nothing is left that the next run would have to thaw.
  world.now += DAY;
  world.calls.length = 0;
  await backUp(world.host("bk2"));
  expect(world.calls).not.toContain("px1 thaw 100");
});

test("a snapshot that fails keeps neither the guest frozen nor the other disks from being backed up", async () => {
  const { world, web } = begin();
  world.before = failing("px1 createSnapshot vm-100-scsi1");
  const { report } = await backUp(world.host("bk1"));
  expect(web.frozen).toBe(false);
  expect(report).toMatchObject({ exit: 3, totals: { full: 2, failed: 1 } });
  expect(report.jobs.filter(({ outcome }) => outcome === "failed")).toMatchObject([{ subject: { disk: "scsi1" } }]);
  world.before = undefined;
  world.now += DAY;
  const next = await backUp(world.host("bk1"));
  expect(next.report).toMatchObject({ exit: 0, totals: { full: 1, incremental: 2 } });
});

test.each(["px1 freeze 100", "px1 createSnapshot vm-100-scsi0", "px1 thaw 100"])(
  "interrupted at `%s`, the guest runs again and nothing stays behind",
  async (moment) => {
    const { world, web } = begin();
    const stop = new AbortController();
    world.before = at(moment, () => stop.abort(new Error("SIGINT")));
    const { report } = await backUp(world.host("bk1"), { signal: stop.signal });
    expect(report).toMatchObject({ exit: 130, totals: { full: 0 } });
    expect(world.calls).toContain("px1 thaw 100");
    expect(web.frozen).toBe(false);
    world.before = undefined;
    world.now += DAY;
    world.calls.length = 0;
    const next = await backUp(world.host("bk1"));
    expect(next.report).toMatchObject({ exit: 0, warnings: [], totals: { full: 3 } });
    expect(world.calls.filter((call) => call === "px1 thaw 100")).toHaveLength(1);
    for (const disk of DISKS) expect(world.live("px1").points(`vm-100-${disk}`)).toHaveLength(1);
  },
);

test("two hosts at once never share the disks of one guest among them: one has it, and the other is told", async () => {
  const { world, web } = begin();
  let locks = 0;
  let other: Promise<Ran> | undefined;
  world.before = (call) => {
    // The other one comes when the first has begun to take what it needs.
    if (!call.includes("lock backurne.lease.") || (locks += 1) !== 2) return undefined;
    other = backUp(world.host("bk2"));
    return other.then(() => undefined);
  };
  const first = await backUp(world.host("bk1"));
  const second = await (other as unknown as Promise<Ran>);
  const outcomes = [first, second].map(({ report }) => new Set(report.jobs.map(({ outcome }) => outcome)));
  expect(outcomes).toEqual([new Set(["done"]), new Set(["held"])]);
  expect(new Set(consistencies(first))).toEqual(new Set([{ kind: "quiesced" }]));
  expect(second.report.jobs[0]?.because).toMatch(/^held by bk1/);
  expect(world.calls.filter((call) => /^px1 (freeze|thaw) 100$/.test(call))).toEqual([
    "px1 freeze 100",
    "px1 thaw 100",
  ]);
  expect(web.frozen).toBe(false);
});
