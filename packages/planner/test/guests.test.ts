import {
  formatImageName,
  formatSnapshotName,
  parseSnapshotName,
  type Disk,
  type Marks,
  type ProxmoxCluster,
  type Rule,
} from "@backurne/model";
import { describe, expect, test } from "vitest";
import {
  candidatesOf,
  ownerOf,
  planRun,
  selectDisk,
  type ChainFacts,
  type ClusterFacts,
  type DiskFacts,
  type PlanInput,
} from "../src/index.ts";
import { day, names, plain, profile, start } from "./world.ts";

const UUID = "8eb4f698-afdc-45bb-9f6c-1833c42ae368";
const daily = profile("daily", 7);

function proxmox(name: string, more: Partial<ProxmoxCluster> = {}): ProxmoxCluster {
  return {
    kind: "proxmox",
    name,
    identPrefix: "",
    profiles: [daily],
    rules: [],
    liveWorker: 4,
    compression: false,
    hooks: { timeout: 1 },
    api: { hosts: [name], port: 8006, login: { tokenId: "t", tokenSecret: "s" }, tls: "system" },
    useSmbios: true,
    uuidFallback: false,
    storages: {},
    defaultReach: { ssh: {} },
    ...more,
  };
}

function disk(adapter: string, more: Partial<Disk> = {}): Disk {
  const key = { ident: UUID, disk: adapter };
  const vm = { vmid: 100, kind: "qemu", tags: ["db", "prod"] } as const;
  const image = `vm-100-${adapter}`;
  return {
    cluster: "px1",
    guest: "web",
    disk: adapter,
    pool: "rbd",
    namespace: "",
    image,
    key,
    comment: "web",
    storage: "ssd",
    vm,
    ...more,
  };
}

function found(one: Disk, more: Partial<DiskFacts> = {}): DiskFacts {
  const source = { fsid: "f1", pool: "rbd", namespace: "", image: one.image, id: `id-${one.image}` };
  return { disk: one, source, size: 1024, snapshots: [], ...more };
}

/** A chain with one good point of so many days ago, whose base still stands on the live side. */
function chain(
  of: Disk,
  { comment = "web", ago = 2, marks = {} }: { comment?: string; ago?: number; marks?: Marks } = {},
): ChainFacts {
  const name = formatSnapshotName({ prefix: "backup", profile: "daily", count: 7, time: start - ago * day });
  const source = found(of).source;
  const guest = { cluster: of.cluster, vmid: of.vm?.vmid ?? 0, kind: "qemu" } as const;
  return {
    image: formatImageName({ ...of.key, comment }),
    imageId: `copy-${of.disk}`,
    kind: "current",
    key: of.key,
    comment,
    size: 1024,
    snapshots: [{ id: 1, name, size: 1024, ours: parseSnapshotName(name, names) }],
    marks: { source, guest, base: { name, id: 11, shared: [{ name, id: 11 }] }, ...marks },
  };
}

function shared(of: ChainFacts): DiskFacts["snapshots"] {
  return of.snapshots.map((one) => ({ ...one, id: 11 }));
}

function input(
  clusters: readonly ClusterFacts[],
  chains: readonly ChainFacts[] = [],
  more: Partial<PlanInput> = {},
): PlanInput {
  return {
    clusters,
    pool: { chains, intended: () => false },
    now: start,
    filter: { cleanLive: true, cleanBackup: true },
    policy: { extraRetention: 30 * day, timezone: "UTC" },
    ...more,
  };
}

function px1(more: Partial<ClusterFacts> = {}): ClusterFacts {
  return { cluster: proxmox("px1"), fsids: ["f1"], disks: [found(disk("scsi0"))], ...more };
}

describe("a rule looks at the guest, too", () => {
  const rows: readonly [Rule["match"], boolean][] = [
    [{ tag: "db" }, true],
    [{ tag: "d*" }, true],
    [{ tag: "nobackup" }, false],
    [{ vmid: 100 }, true],
    [{ vmid: "100" }, true],
    [{ vmid: "90-100" }, true],
    [{ vmid: "100-100" }, true],
    [{ vmid: "101-200" }, false],
    [{ vmid: 10 }, false],
    [{ storage: "ssd" }, true],
    [{ storage: "hdd" }, false],
    [{ kind: "qemu" }, true],
    [{ kind: "lxc" }, false],
    [{ adapter: "scsi*", tag: "prod" }, true],
    [{ adapter: "scsi*", tag: "lab" }, false],
  ];
  test.each(rows)("%j excludes it: %s", (match, excluded) => {
    const rules = [{ path: "px1.exclude[0]", match, effect: "exclude" }] as const;
    expect(selectDisk(proxmox("px1", { rules }), disk("scsi0")).selected).toBe(!excluded);
  });
});

describe("which cluster a chain belongs to", () => {
  const one: ClusterFacts = px1();
  const two: ClusterFacts = { cluster: proxmox("px2"), fsids: ["f2"], disks: [] };
  const alpha: ClusterFacts = { cluster: plain("alpha", []).cluster, fsids: ["f3"], disks: [] };
  const key = { ident: UUID, disk: "scsi0" };
  const source = { fsid: "f2", pool: "rbd", namespace: "", image: "x", id: "1" };
  const rows: readonly [string, Marks, readonly ClusterFacts[], ClusterFacts | undefined, string?][] = [
    ["it says so itself", { guest: { cluster: "px2", vmid: 1, kind: "qemu" } }, [one, two], two],
    [
      "the one it names is not configured any more",
      { guest: { cluster: "old", vmid: 1, kind: "qemu" } },
      [one],
      undefined,
    ],
    ["its source's Ceph is behind only one of them", { source }, [one, two, alpha], two],
    ["its source's Ceph is behind none of them", { source: { ...source, fsid: "f9" } }, [one, two], undefined],
    ["nothing is known, and there is only one", {}, [alpha, one], one],
    ["nothing is known, and there are two", {}, [one, two], undefined],
    ["a plain cluster has its name", {}, [one, alpha], alpha, "alpha"],
  ];
  test.each(rows)("%s", (_, marks, clusters, owner, ident = UUID) => {
    expect(ownerOf({ key: { ...key, ident }, comment: "web", marks }, { clusters })).toBe(owner);
  });

  test("never one of Proxmox, when it is of a plain cluster that is not configured any more", () => {
    const beta = { key: { ident: "beta", disk: "disk" }, comment: "None", marks: {} };
    expect(ownerOf(beta, { clusters: [one, alpha] })).toBeUndefined();
  });

  test("none of those looked at, when it may be of one that was not", () => {
    const configured = [one.cluster, two.cluster];
    const unmarked = { key, comment: "web", marks: {} };
    expect(ownerOf(unmarked, { clusters: [one], configured })).toBeUndefined();
    expect(ownerOf({ ...unmarked, marks: { source } }, { clusters: [two], configured })).toBeUndefined();
    expect(ownerOf({ ...unmarked, marks: { source } }, { clusters: [one, two], configured })).toBe(two);
  });
});

describe("the chain of a guest that was not looked at", () => {
  const other = { cluster: "px2", vmid: 300, kind: "qemu" } as const;
  const two: ClusterFacts = { cluster: proxmox("px2"), fsids: ["f2"], disks: [] };
  const one = px1();
  const rows: readonly [string, NonNullable<Marks["guest"]>, readonly ClusterFacts[], Partial<PlanInput>, boolean][] = [
    ["of another cluster, in a run for one", other, [one], { configured: [one.cluster, two.cluster] }, false],
    ["of another cluster that could not be listed", other, [one, { ...two, disks: undefined }], {}, false],
    [
      "that is unreadable tonight",
      other,
      [one, { ...two, blind: [{ about: "x", because: "y", vmid: 300 }] }],
      {},
      false,
    ],
    ["that is not there any more: it moved", other, [one, two], {}, true],
    ["of a cluster that is not configured any more", other, [one], {}, true],
    ["itself, under another number", { ...other, cluster: "px1" }, [one], {}, true],
  ];
  test.each(rows)("%s", (_, guest, clusters, more, written) => {
    const plan = planRun(input(clusters, [chain(disk("scsi0"), { marks: { guest } })], more));
    expect(plan.jobs).toHaveLength(written ? 1 : 0);
    const failures = plan.failures.filter(({ message }) => message.includes("which was not looked at"));
    expect(failures).toHaveLength(written ? 0 : 1);
  });
});

describe("what its cluster keeps from being backed up", () => {
  const off = { disk: disk("scsi1"), state: "switched off", because: "backup=0" } as const;

  test("is shown with its reason, and nothing of it is taken or removed", () => {
    const old = chain(disk("scsi1"), { ago: 400 });
    const plan = planRun(input([px1({ omitted: [off] })], [old]));
    expect(plan.jobs.map(({ subject }) => subject.disk)).toEqual(["scsi0"]);
    expect(plan.skipped).toMatchObject([
      { subject: { disk: "scsi1" }, do: "skip", state: "switched off", because: "backup=0" },
    ]);
  });

  test("is shown where it has no backups either", () => {
    const plan = planRun(input([px1({ omitted: [off] })]));
    expect(plan.skipped).toMatchObject([{ subject: { disk: "scsi1" }, because: "backup=0" }]);
  });
});

describe("the chain of a disk that its cluster keeps from being backed up", () => {
  const twin = disk("scsi0", { cluster: "px2", vm: { vmid: 200, kind: "qemu", tags: [] } });
  const source = { fsid: "f2", pool: "rbd", namespace: "", image: "vm-200", id: "other" };
  const off = { disk: disk("scsi0"), state: "switched off", because: "backup=0" } as const;
  const mine = chain(disk("scsi0"));
  const rows: readonly [string, Marks, boolean][] = [
    ["is not continued, nor closed, by another of its identity", {}, false],
    ["nor where nobody knows whose it is", { guest: undefined, source: undefined }, false],
    ["goes on where the other is whose it is", { guest: { cluster: "px2", vmid: 200, kind: "qemu" } }, true],
    ["goes on where its bytes are the other's", { source }, true],
  ];
  test.each(rows)("%s", (_, marks, written) => {
    const two = { cluster: proxmox("px2"), fsids: ["f2"], disks: [found(twin, { source })] };
    const one = px1({ disks: [], omitted: [off] });
    const plan = planRun(input([one, two], [{ ...mine, marks: { ...mine.marks, ...marks } }]));
    expect(plan.jobs.map(({ subject }) => subject.cluster)).toEqual(written ? ["px2"] : []);
    expect(plan.failures.map(({ message }) => message)).toEqual(
      written ? [] : [expect.stringContaining("px2/web/scsi0 would go on with the chain of px1/web/scsi0")],
    );
  });
});

describe("what could not be looked at", () => {
  const mine = chain(disk("scsi0"), { ago: 400 });
  const gone = { since: "2026-01-01T00:00:00Z", last: "2026-10-01T00:00:00Z", runs: 9, fsid: "f1" };
  const vanished = { ...mine, marks: { ...mine.marks, gone } };
  const other = found(
    disk("scsi0", { guest: "db", key: { ident: "other", disk: "scsi0" }, vm: { vmid: 200, kind: "qemu", tags: [] } }),
  );
  const rows: readonly [string, ClusterFacts["blind"], string, string][] = [
    ["nothing", [], "vanished", "not on px1 since 2026-01-01"],
    ["its guest", [{ about: "web", because: "no permission", vmid: 100 }], "unlistable", "px1/web: no permission"],
    ["another guest", [{ about: "db", because: "x", vmid: 300 }], "vanished", "not on px1 since 2026-01-01"],
    ["a storage", [{ about: "hdd", because: "down" }], "unlistable", "px1/hdd: down"],
  ];
  test.each(rows)("%s", (_, blind, state, because) => {
    const facts = px1({ disks: [other], blind });
    const [candidate] = candidatesOf(input([facts], [vanished])).filter((one) => one.input.subject.key.ident === UUID);
    expect(candidate?.state).toMatchObject({ state, because });
    const { failures } = planRun(input([facts], [vanished]));
    expect(failures).toEqual((blind ?? []).map((spot) => ({ about: `px1/${spot.about}`, message: spot.because })));
  });

  test("of a chain that does not say whose it is, any guest may be the one", () => {
    const { guest: _, ...marks } = vanished.marks;
    const facts = px1({ disks: [other], blind: [{ about: "db", because: "x", vmid: 300 }] });
    const [candidate] = candidatesOf(input([facts], [{ ...vanished, marks }])).filter(
      (one) => one.input.subject.key.ident === UUID,
    );
    expect(candidate?.state.state).toBe("unlistable");
  });
});

describe("a guest that was renamed", () => {
  const old = chain(disk("scsi0"), { comment: "old name", ago: 0.1 });
  const facts = px1({ disks: [found(disk("scsi0"), { snapshots: shared(old) })] });

  test("gets its chain renamed, whether or not anything is due", () => {
    for (const ago of [0.1, 2]) {
      const renamed = chain(disk("scsi0"), { comment: "old name", ago });
      const [job] = planRun(
        input([px1({ disks: [found(disk("scsi0"), { snapshots: shared(renamed) })] })], [renamed]),
      ).jobs;
      expect(job?.steps[0]).toMatchObject({
        kind: "rename",
        from: `${UUID};scsi0;old%20name`,
        to: `${UUID};scsi0;web`,
      });
      const kinds = job?.steps.map((step) => step.kind);
      expect(kinds).toEqual(ago === 2 ? ["rename", "snapshot", "transfer", "remove"] : ["rename"]);
      expect(job?.lane).toBe(ago === 2 ? "px1" : "backup");
    }
  });

  test("not when a rule excludes it, and not on a plain cluster", () => {
    const rules = [{ path: "x", match: { name: "web" }, effect: "exclude" }] as const;
    expect(planRun(input([{ ...facts, cluster: proxmox("px1", { rules }) }], [old])).jobs).toEqual([]);
    const { vm: _, ...bare } = disk("scsi0");
    expect(planRun(input([{ ...facts, disks: [found(bare, { snapshots: shared(old) })] }], [old])).jobs).toEqual([]);
  });
});

describe("--vmid", () => {
  const db = disk("scsi0", {
    guest: "db",
    key: { ident: "u2", disk: "scsi0" },
    vm: { vmid: 200, kind: "qemu", tags: [] },
  });
  const facts = px1({ disks: [found(disk("scsi0")), found(disk("scsi1")), found(db)] });
  const filter = { cluster: "px1", vmid: 100, cleanLive: true, cleanBackup: false };

  test("restricts a run to the disks of that guest", () => {
    const { jobs } = planRun(input([facts], [chain(db, { ago: 9 })], { filter }));
    expect(jobs.map(({ subject }) => subject.disk).toSorted()).toEqual(["scsi0", "scsi1"]);
    expect(jobs.map(({ subject }) => subject.guest)).toEqual(["web", "web"]);
  });

  test("and to what could not be looked at of it", () => {
    const blind = [
      { about: "db", because: "x", vmid: 200 },
      { about: "hdd", because: "y" },
    ];
    const { failures } = planRun(input([{ ...facts, blind }], [], { filter }));
    expect(failures).toEqual([{ about: "px1/hdd", message: "y" }]);
  });
});

describe("a pool that was the old tool's", () => {
  const lxc = { vmid: 101, kind: "lxc", tags: [] } as const;
  const disks = [
    found(disk("scsi0"), { freezable: true }),
    found(disk("efidisk0")),
    found(disk("tpmstate0")),
    found(disk("rootfs", { guest: "dns", key: { ident: "ssd", disk: "vm-101-disk-0" }, vm: lxc })),
  ];
  const cautious = { extraRetention: 30 * day, timezone: "UTC", cautious: true };
  const plan = (rules: readonly Rule[] = [], chains: readonly ChainFacts[] = [], more: Partial<ProxmoxCluster> = {}) =>
    planRun(input([px1({ disks, cluster: proxmox("px1", { rules, ...more }) })], chains, { policy: cautious }));
  const taken = (of: ReturnType<typeof planRun>) => of.jobs.map(({ subject }) => subject.disk).toSorted();
  const freezes = (of: ReturnType<typeof planRun>) =>
    of.jobs.some((job) => job.steps.some((step) => step.kind === "snapshot" && step.freeze));

  test("does not begin what that tool never did", () => {
    const quiet = plan();
    expect(taken(quiet)).toEqual(["scsi0"]);
    expect(freezes(quiet)).toBe(false);
    expect(quiet.skipped.map(({ because }) => because)).toEqual(
      Array(3).fill("the old tool never backed up such disks: name it under include or rules"),
    );
  });

  test("does what the configuration names, and goes on with what was begun", () => {
    const include = { path: "px1.include[0]", match: { kind: "lxc" }, effect: "include" } as const;
    expect(taken(plan([include]))).toEqual(["rootfs", "scsi0"]);
    const begun = chain(disk("efidisk0"), { ago: 2 });
    expect(taken(plan([], [begun]))).toEqual(["efidisk0", "scsi0"]);
    expect(freezes(plan([], [], { fsfreeze: true }))).toBe(true);
    const rule = { path: "px1.rules[0]", match: { name: "web" }, effect: "set", fsfreeze: true } as const;
    expect(freezes(plan([rule]))).toBe(true);
  });

  test("another pool has everything, at once", () => {
    const all = planRun(input([px1({ disks })]));
    expect(taken(all)).toEqual(["efidisk0", "rootfs", "scsi0", "tpmstate0"]);
    expect(freezes(all)).toBe(true);
    expect(freezes(planRun(input([px1({ disks, cluster: proxmox("px1", { fsfreeze: false }) })])))).toBe(false);
  });
});

test("a chain to which the old tool gave no identity fades, and is nobody's", () => {
  const key = { ident: "1,manufacturer=x", disk: "scsi0" };
  const nobody: ChainFacts = {
    ...chain(disk("scsi0"), { ago: 400 }),
    kind: "closed",
    key,
    marks: {},
    image: "1,manufacturer=x;scsi0;web",
  };
  const [candidate] = candidatesOf(input([px1()], [nobody])).filter((one) => one.input.chain);
  expect(candidate?.state).toEqual({ state: "vanished", because: "the old tool gave several guests this one name" });
});
