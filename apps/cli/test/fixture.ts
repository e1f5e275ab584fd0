import type {
  Diagnosis,
  Explanation,
  Forgotten,
  ImageListing,
  ImageUsage,
  HoldReport,
  ImageCounts,
  ImageVerification,
  Job,
  MappedDevice,
  Mapping,
  MappingEvent,
  Plan,
  PointListing,
  Precheck,
  ReleaseReport,
  Restoration,
  RetentionReport,
  RestoreEvent,
  RunEvent,
  Settings,
  Step,
  Subject,
  TrashEmptied,
  TrashListing,
  TrashRestored,
  Unmapped,
  VerificationEvent,
  VerificationReport,
} from "@backurne/model";

export const NOW = Date.UTC(2026, 10, 2, 12, 0, 0);

/** Seconds after noon. */
export function at(seconds: number): string {
  return new Date(NOW + seconds * 1000).toISOString();
}

function nameOf(profile: string, seconds: number): string {
  return `backup;${profile};48;${at(seconds)}`;
}

export const settings: Settings = {
  snapPrefix: "backup",
  profiles: ["daily", "hourly"].map((name) => ({
    name,
    interval: 3_600_000,
    count: 48,
    maxOnLive: 0,
    priority: "normal",
    default: true,
  })),
  backup: { pool: "backups", namespace: "" },
  liveClusters: [
    {
      kind: "plain",
      name: "rook",
      identPrefix: "",
      profiles: [],
      rules: [],
      liveWorker: 12,
      compression: false,
      fsfreeze: false,
      hooks: { timeout: 600_000 },
      address: { pool: "rbd", namespace: "" },
      reach: { ssh: { host: "rook1" } },
    },
  ],
  extraRetention: 0,
  backupWorker: 24,
  liveWorker: 12,
  trashDays: 7,
  timezone: "Europe/Berlin",
  legacyTimezone: "Europe/Berlin",
  stateDir: "/nonexistent/backurne",
  logLevel: "info",
  prettyColors: true,
};

export function subjectOf(guest: string, disk = guest): Subject {
  const key = { ident: "rook", disk };
  return { cluster: "rook", guest, disk, key, image: `rook;${disk};None` };
}

function jobOf(subject: Subject, steps: readonly Step[]): Job {
  return { id: subject.image, subject, lock: subject.image, lane: "rook", priority: "normal", steps };
}

const long = subjectOf("pvc-8eb4f698-afdc-45bb-9f6c-1833c42ae368-of-the-orders-database");
const mail: Subject = {
  cluster: "px1",
  guest: "mail",
  disk: "scsi0",
  key: { ident: "8eb4f698-afdc-45bb-9f6c-1833c42ae368", disk: "scsi0" },
  image: "8eb4f698-afdc-45bb-9f6c-1833c42ae368;scsi0;mail",
};
const evil = subjectOf("a'b \u001b[31m$(touch canary)\nx");

export const plan: Plan = {
  version: 1,
  kind: "plan",
  at: at(0),
  jobs: [
    jobOf(subjectOf("web01"), [
      { kind: "snapshot", id: "1", because: "hourly due 11:58", names: [{ profile: "hourly", count: 48 }] },
      {
        kind: "transfer",
        id: "2",
        because: "recorded base",
        mode: "incremental",
        base: nameOf("hourly", -3720),
        bytes: 430_000_000,
      },
      {
        kind: "remove",
        id: "3",
        because: "older than 48 h, 50 newer",
        side: "backup",
        image: "rook;web01;None",
        snapshot: nameOf("hourly", -180_000),
        ordinary: true,
      },
      {
        kind: "remove",
        id: "4",
        because: "no longer the newest shared",
        side: "live",
        image: "web01",
        snapshot: nameOf("hourly", -7200),
        ordinary: true,
      },
    ]),
    jobOf(long, [
      {
        kind: "snapshot",
        id: "1",
        because: "hourly due 11:58, daily due 01:00",
        names: [{ profile: "hourly", count: 48 }],
      },
      {
        kind: "transfer",
        id: "2",
        because: "live image id changed",
        mode: "full",
        bytes: 70 * 2 ** 30,
        closes: long.image,
      },
    ]),
    jobOf(mail, [
      {
        kind: "snapshot",
        id: "1",
        because: "hourly due 11:58",
        names: [{ profile: "hourly", count: 48 }],
        freeze: true,
      },
      {
        kind: "transfer",
        id: "2",
        because: "recorded base",
        mode: "incremental",
        base: nameOf("hourly", -3720),
        bytes: 9_000_000,
      },
    ]),
    jobOf(evil, [{ kind: "transfer", id: "2", because: "no backup yet", mode: "full" }]),
    jobOf(subjectOf("gone8"), [
      { kind: "trash", id: "1", because: "the last copy, 30 d past its time", image: "rook;gone8;None" },
    ]),
  ],
  skipped: [
    { subject: subjectOf("mail"), do: "wait", because: "hourly 12:31, daily tomorrow 01:00", state: "present" },
    { subject: subjectOf("ci-3"), do: "skip", because: "exclude[2] name ci-* (backurne.yaml:93)", state: "excluded" },
    { subject: subjectOf("gone9"), do: "fade", because: "not on rook since 2026-10-12", state: "vanished" },
  ],
  refused: [
    {
      scope: "chain",
      subject: subjectOf("db-old"),
      because: "9 of 12 for other reasons than time; others go on",
      removals: 9,
    },
  ],
  held: [
    { subject: subjectOf("web01"), points: 1 },
    { subject: subjectOf("encrypted"), points: 4, because: "hold by the change alarm of 2026-11-02 11:48" },
  ],
  warnings: [{ about: "rook/web01", message: "profile db6h is not in the configuration; its points are kept" }],
  failures: [],
};

export const images: readonly ImageListing[] = [
  listing("web01", { lastGood: at(-720), snapshots: 90, verified: { how: "sent", at: at(-700) }, held: 1 }),
  listing(long.guest, {
    lastGood: at(-6000),
    late: ["hourly"],
    size: 1.2e12,
    verified: { how: "1/30", at: at(-36_000) },
    verifiedWhole: at(-86_400 * 3),
  }),
  listing("gone9", { lastGood: at(-86_400 * 21), state: "vanished", stateSince: at(-86_400 * 21), snapshots: 9 }),
  listing("ci-3", { state: "excluded", because: "exclude[2] name ci-* (backurne.yaml:93)", unproved: true }),
  listing("odd", {
    lastGood: at(-6000),
    verified: { how: "sent", at: at(-9000) },
    suspect: `a verification failed on 2026-11-02: ${nameOf("hourly", -3720)} differs from its source at 4194304+4096`,
  }),
  listing("half", { kind: "partial", snapshots: 0 }),
  listing("encrypted", {
    lastGood: at(-720),
    hold: { until: at(86_400 * 60 - 13 * 3600), reason: "audit" },
    alarm: { at: at(-720), bytes: 40 * 2 ** 30, usual: 3 * 2 ** 30 },
  }),
  listing(evil.guest, { kind: "closed", lastGood: at(-100) }),
];

function listing(guest: string, more: Partial<ImageListing>): ImageListing {
  return {
    ident: guest,
    disk: guest,
    uuid: `rook;${guest};None`,
    cluster: "rook",
    guest,
    reference: `rook/${guest}`,
    kind: "current",
    size: 20 * 2 ** 30,
    snapshots: 4,
    state: "present",
    late: [],
    unproved: false,
    held: 0,
    ...more,
  };
}

export const points: readonly PointListing[] = [
  { ...point("daily", -86_400, "-"), hold: { until: at(86_400 * 59 + 39_600), reason: "audit", by: "bk1" } },
  point("weekly", -86_400, "-"),
  point("hourly", -7200, "live", { kind: "crash-consistent", skew: 40, because: "freeze timed out after 10 s" }),
  point("hourly", -3720, "base", { kind: "quiesced" }),
];

function point(
  profile: string,
  seconds: number,
  live: PointListing["live"],
  consistency?: PointListing["consistency"],
): PointListing {
  return {
    ...(consistency && { consistency }),
    creation: at(seconds),
    uuid: nameOf(profile, seconds),
    profile,
    count: 48,
    id: 7,
    size: 20 * 2 ** 30,
    live,
    ...(live === "base" && { verified: { how: "full", at: at(-60) } as const }),
    ...(live !== "-" && { moved: { bytes: 430_000_000, ...(live === "base" && { wire: 132_000_000 }) } }),
    ...(live === "live" && { verified: { how: "sent", at: at(-7100) } as const }),
  };
}

export const verification: VerificationReport = {
  version: 1,
  kind: "verification",
  started: at(0),
  ended: at(95),
  exit: 13,
  images: [
    compared("web01", { outcome: "same" }),
    compared(long.guest, {
      outcome: "different",
      ranges: [{ offset: 4_194_304, length: 4096 }],
      because: "in 1 place, at 4194304+4096; the next run starts a new generation",
    }),
    compared("gone9", { outcome: "not shared", because: "no snapshot stands on both sides" }),
    compared(evil.guest, { outcome: "not verifiable", because: "python3-rbd\u001b[2J is missing on the live side" }),
    compared("busy", { outcome: "held", because: "held by another run" }),
  ],
  failures: [{ about: "lab", message: "ssh lab1: connection refused" }],
};

function compared(guest: string, more: Partial<ImageVerification> & Pick<ImageVerification, "outcome">) {
  const read = more.outcome === "same" || more.outcome === "different";
  const what = { snapshot: nameOf("hourly", -3720), how: "1/30", bytes: 715_827_882 } as const;
  const base = { reference: `rook/${guest}`, image: `rook;${guest};None`, bytes: 0, milliseconds: 40_000, ranges: [] };
  return { ...base, ...(read && what), ...more };
}

/** What went before that report. */
export const verifying: readonly VerificationEvent[] = [
  { kind: "planned", images: verification.images.length },
  ...verification.images.flatMap((result): readonly VerificationEvent[] => [
    { kind: "started", image: result.image, reference: result.reference, expected: 2 ** 30 },
    { kind: "progress", image: result.image, bytes: 2 ** 28 },
    { kind: "ended", result },
  ]),
];

export const usages: readonly ImageUsage[] = [
  { uuid: "rook;web01;None", reference: "rook/web01", size: 2 ** 34, used: 900_000, snapshots: 90 },
  { uuid: long.image, reference: `rook/${long.guest}`, size: 1.2e12, used: 4e11, snapshots: 4 },
];

export const prechecked: Precheck = {
  version: 1,
  kind: "precheck",
  at: at(-412),
  host: "bk1",
  maxAge: 10_800_000,
  disks: 3127,
  oldest: at(-5880),
  problems: [
    { kind: "late", severity: "critical", about: `rook/${long.guest}`, message: "hourly", last: at(-14_400) },
    { kind: "late", severity: "critical", about: "rook/web01", message: "daily, hourly", last: at(-86_400 * 3) },
    {
      kind: "suspect",
      severity: "critical",
      about: `rook/${evil.guest}`,
      message: "a verification failed: 4 MiB | 8 MiB",
    },
    {
      kind: "alarm",
      severity: "warning",
      about: "rook/encrypted",
      message: "40.0 GiB changed by 2026-11-02 11:48 UTC where up to 3.0 GiB are usual",
    },
    { kind: "refused", severity: "warning", about: "rook/db", message: "9 of 12 for other reasons than time" },
    { kind: "ending", severity: "info", about: "rook/gone9", message: "its last copy goes 2026-11-05" },
  ],
};

export const diagnosis: Diagnosis = {
  version: 1,
  kind: "diagnosis",
  at: at(0),
  host: "bk1",
  probes: ["listing", "programs", "leftovers"],
  findings: [
    {
      severity: "error",
      probe: "programs",
      about: "ceph1.example.net",
      what: "zstd is not there",
      why: "transfers are compressed with it",
      how: "install zstd, or set download_compression: false (a helper command needs it always)",
    },
    {
      severity: "warning",
      probe: "leftovers",
      about: `${evil.guest}@snap`,
      what: "the snapshot is protected, and nothing of ours has it mapped",
      why: "it cannot expire",
      how: "doctor --fix unprotects it",
      fix: { kind: "unprotect", image: evil.guest, snapshot: "snap" },
    },
    {
      severity: "warning",
      probe: "leftovers",
      about: "restore-1",
      what: "a clone made for mapping that nobody has open",
      why: "the snapshot it was made of cannot expire",
      how: "doctor --fix removes it",
      fix: { kind: "remove image", image: "restore-1" },
    },
  ],
};

export const explanation: Explanation = {
  version: 1,
  kind: "explanation",
  reference: "rook/web01",
  image: "rook;web01;None",
  state: "present",
  policy: [
    { profile: "hourly", count: 48, maxOnLive: 2 },
    { profile: "daily", count: 30, maxOnLive: 0 },
  ],
  from: "rules[0] name web* (backurne.yaml:61)",
  next: [
    { profile: "hourly", at: at(3480), because: "1 h after 11:58" },
    { profile: "daily", at: at(43_200), because: "slot 01:00" },
  ],
  snapshots: [
    {
      ...verdict("daily", -2_600_000, ["remove", "31st good daily; its name says 30; older than 30 d"]),
      expiresBecause: "refused: 9 of 12 for other reasons than time",
    },
    {
      ...verdict("hourly", -3720, ["keep", "newest shared: base of the next transfer"]),
      expires: at(86_400 * 2),
      expiresBecause: "until it is older than 48 h",
    },
    { side: "live", name: "pve-before-upgrade\u001b[2J", verdict: "ignore", because: "not ours" },
  ],
  refused: ["9 of 12 for other reasons than time"],
  suspect: "a verification failed on 2026-11-02: hourly differs from its source at 4194304+4096",
  hold: { reason: "audit\u001b[2J" },
  alarm: { at: at(-720), bytes: 40 * 2 ** 30, usual: 3 * 2 ** 30 },
  changed: { runs: 30, last: 40 * 2 ** 30, usual: 3 * 2 ** 30, packed: { bytes: 2 ** 36, wire: 2 ** 34 } },
  lastCopyUntil: at(86_400 * 60),
};

function verdict(profile: string, seconds: number, [says, because]: ["keep" | "remove", string]) {
  return {
    side: "backup",
    name: nameOf(profile, seconds),
    time: at(seconds),
    profile,
    verdict: says,
    because,
  } as const;
}

const web01 = { job: "rook;web01;None", subject: subjectOf("web01") };
const other = { job: long.image, subject: long };
const transfer = {
  ...web01,
  mode: "incremental",
  snapshot: nameOf("hourly", 0),
  names: [nameOf("hourly", 0), nameOf("daily", 0)],
} as const;
const { subject: _, ...ofJob } = transfer;

export const started: RunEvent = { kind: "run-started", at: at(0), run: "01JC4", host: "bk1", version: "0.1.0" };

/** A run of `plan`, up to the middle of two transfers, and then its end. */
export const middle: readonly RunEvent[] = [
  started,
  plan,
  { kind: "job-started", at: at(1), ...web01 },
  { kind: "job-started", at: at(1), ...other },
  { kind: "transfer-started", at: at(2), ...ofJob, base: nameOf("hourly", -3720), bytes: 430_000_000 },
  { kind: "progress", at: at(6), job: web01.job, bytes: 215_000_000 },
  {
    kind: "transfer-started",
    at: at(2),
    job: other.job,
    mode: "full",
    snapshot: nameOf("hourly", 0),
    names: [nameOf("hourly", 0)],
    bytes: 70 * 2 ** 30,
  },
  { kind: "progress", at: at(6), job: other.job, bytes: 2 ** 30 },
  { kind: "job-ended", at: at(7), job: evil.image, subject: evil, outcome: "held" },
];
export const rest: readonly RunEvent[] = [
  { kind: "hook-ended", at: at(7), hook: "pre_vm", about: "mail", output: "holding the queue" },
  { kind: "job-started", at: at(7), job: mail.image, subject: mail },
  {
    kind: "snapshot-made",
    at: at(8),
    job: mail.image,
    snapshot: nameOf("hourly", 0),
    image: "vm-100-disk-0",
    consistency: { kind: "crash-consistent", skew: 40, because: "freeze timed out after 10 s, thawed" },
  },
  {
    kind: "hook-ended",
    at: at(8),
    hook: "post_vm",
    about: "mail",
    output: "releasing the queue\nno such \\x1b[31mqueue",
    failure: "/etc/backurne/hooks/post_vm failed with exit code 1",
  },
  {
    kind: "failed",
    at: at(8),
    about: "mail",
    failure: { message: "hook post_vm failed: /etc/backurne/hooks/post_vm failed with exit code 1", code: "command" },
  },
  { kind: "job-ended", at: at(8), job: mail.image, subject: mail, outcome: "done" },
  { kind: "transfer-ended", at: at(9), ...ofJob, bytes: 430_000_000, wire: 132_000_000, milliseconds: 7000 },
  { kind: "job-ended", at: at(9), ...web01, outcome: "done" },
  {
    kind: "job-ended",
    at: at(10),
    ...other,
    outcome: "failed",
    failure: { message: "ssh rook1: connection refused", code: "command", hint: "is rook1 up?" },
  },
  { kind: "trashed", at: at(11), job: "rook;gone8;None", image: "rook;gone8;None", because: "the last copy" },
  { kind: "job-ended", at: at(11), job: "rook;gone8;None", subject: subjectOf("gone8"), outcome: "done" },
  { kind: "run-ended", at: at(12) },
];

export const restored: Restoration = {
  version: 1,
  kind: "restoration",
  outcome: "restored",
  reference: "px1/mail/scsi0",
  image: mail.image,
  snapshot: nameOf("hourly", -3720),
  creation: at(-3720),
  to: { cluster: "px1", pool: "ceph", namespace: "", image: "vm-100-disk-9" },
  size: 32 * 2 ** 30,
  shape: { objectSize: 4 * 2 ** 20, features: ["layering", "exclusive-lock"], stripeUnit: 2 ** 20, stripeCount: 4 },
  bytes: 4 * 2 ** 30,
  milliseconds: 61_000,
  digest: "a1b2c3d4e5f60718",
  warnings: ["px1 has no pool ec, in which the source has its data: all of it goes into ceph"],
  guest: {
    kind: "qemu",
    vmid: 100,
    name: "mail \u001b[31m",
    node: "pve1",
    digest: "f00d",
    config: { cores: 4, scsi0: "ceph:vm-100-disk-0,discard=on,size=32G", scsi1: "ceph:vm-100-disk-1" },
  },
  line: "scsi0: ceph:vm-100-disk-0,discard=on,size=32G",
  next: ["qm set 100 --scsi0 ceph:vm-100-disk-9,discard=on,size=32G"],
};

const sent = { job: mail.image, mode: "full", snapshot: restored.snapshot, names: [restored.snapshot] } as const;

export const restoreEvents: readonly RestoreEvent[] = [
  { kind: "job-started", at: at(0), job: mail.image, subject: mail },
  { kind: "warning", at: at(0), about: "px1/ceph/vm-100-disk-9", message: restored.warnings[0] as string },
  { kind: "transfer-started", at: at(1), ...sent, bytes: 4 * 2 ** 30 },
  { kind: "progress", at: at(21), job: mail.image, bytes: 2 ** 30 },
  { kind: "transfer-ended", at: at(50), ...sent, bytes: 4 * 2 ** 30, milliseconds: 49_000 },
  { kind: "verifying", at: at(50), job: mail.image },
  { kind: "renamed", at: at(61), job: mail.image, from: "restoring-1", to: "vm-100-disk-9" },
];

export const held: HoldReport = {
  version: 1,
  kind: "hold",
  reference: "rook/web01",
  image: "rook;web01;None",
  hold: { until: at(86_400 * 59 + 39_600), reason: "audit", since: at(0), by: "bk1" },
  points: 4,
};

export const released: ReleaseReport = {
  version: 1,
  kind: "release",
  reference: "rook/web01",
  image: "rook;web01;None",
  released: [{ what: "image" }, { what: "alarm" }],
  stay: [nameOf("daily", -86_400)],
  generations: ["closed-20261030T010000.000Z-10ab;rook;web01;None"],
};

export const trashed: readonly TrashListing[] = [
  trashListing("gone8", { ends: at(-60), id: "10ab3c" }),
  trashListing("evil\u001b[31m", { because: "forgotten: exclude[2] name ci-* (backurne.yaml:93)" }),
];

function trashListing(guest: string, more: Partial<TrashListing>): TrashListing {
  return {
    id: "10ab3d",
    image: `rook;${guest};None`,
    reference: `rook/${guest}`,
    trashed: at(-86_400 * 7),
    ends: at(86_400),
    because: "vanished; last copy, kept until 2026-10-26",
    ...more,
  };
}

export const trashRestored: TrashRestored = {
  version: 1,
  kind: "trash-restored",
  reference: "rook/gone8",
  image: "rook;gone8;None",
  points: 1,
  hold: { reason: "restored from the trash", since: at(0), by: "bk1" },
};

export const trashEmptied: TrashEmptied = {
  version: 1,
  kind: "trash-emptied",
  removed: trashed.slice(0, 1),
  stay: [{ ...trashListing("gone9", { ends: at(-60) }), why: "it has clones" }],
};

export const forgotten: Forgotten = {
  version: 1,
  kind: "forgotten",
  reference: "rook/ci-3",
  image: "rook;ci-3;None",
  points: 4,
  ends: at(86_400 * 7),
  live: [nameOf("daily", -86_400)],
};

const daily = { profile: "daily", points: 31, now: [14, 30], after: 7, expires: 23 };
const gone = { profile: "db6h", points: 3, now: [8], because: "does not apply to this image any more", expires: 0 };
const paced = {
  profile: "fine",
  points: 29,
  now: [28],
  after: 28,
  intervals: { now: [3_600_000, 21_600_000], after: 3_600_000 },
  expires: 21,
};

export const recounted: RetentionReport = {
  version: 1,
  kind: "retention",
  images: [
    recount("web01", "applied", {
      profiles: [daily, { profile: "hourly", points: 49, now: [48], after: 48, expires: 0 }, paced, gone],
    }),
    recount(long.guest, "to apply", { profiles: [{ ...daily, after: 60, expires: 0 }] }),
    recount("busy", "held", { profiles: [daily], because: "rook/busy is held by bk2 run 7: nothing was changed" }),
    recount(evil.guest, "failed", { profiles: [daily], because: "rbd image-meta set failed with exit code 30" }),
    recount("still", "unchanged", { profiles: [gone] }),
    recount("gone9", "left alone", { because: "vanished: not on rook since 10-12" }),
    recount("old1", "left alone", { because: "an old generation" }),
    recount("old2", "left alone", { because: "an old generation" }),
  ],
  refused: { because: ["rook/web01: 23 of 84 for other reasons than time"], removals: 23 },
  warnings: [{ about: "profiles_api", message: "policies.example.net: no answer; its answer of 2 h ago is used" }],
  failures: [{ about: "lab", message: "ssh lab1: connection refused" }],
};

function recount(guest: string, outcome: ImageCounts["outcome"], more: Partial<ImageCounts>): ImageCounts {
  return { reference: `rook/${guest}`, image: `rook;${guest};None`, outcome, profiles: [], ...more };
}

const devices: readonly MappedDevice[] = [
  { device: "/dev/nbd0", on: [], size: 20 * 2 ** 30, type: "gpt" },
  {
    device: "/dev/nbd0p1",
    on: ["/dev/nbd0"],
    size: 2 ** 29,
    type: "vfat",
    label: "EFI",
    mountpoint: "/run/backurne/m3/p1",
  },
  { device: "/dev/nbd0p2", on: ["/dev/nbd0"], size: 19 * 2 ** 30, type: "LVM2_member" },
  { device: "/dev/nbd0p3", on: ["/dev/nbd0"], size: 2 ** 29, type: "swap" },
  { device: "/dev/nbd1", on: [], size: 8 * 2 ** 30, type: "LVM2_member" },
  {
    device: "/dev/mapper/backurne_m3_vg-root",
    on: ["/dev/nbd0p2", "/dev/nbd1"],
    size: 26 * 2 ** 30,
    type: "xfs",
    label: "evil \u001b[31m\n",
    mountpoint: "/run/backurne/m3/vg-root",
  },
  {
    device: "/dev/mapper/backurne_m3_vg-safe",
    on: ["/dev/nbd0p2"],
    size: 2 ** 29,
    type: "crypto_LUKS",
    why: "encrypted: cryptsetup open asks for its passphrase",
  },
];

export const mapped: Mapping = {
  id: "m3",
  backups: ["scsi0", "scsi1"].map((disk) => ({
    reference: `px1/mail/${disk}`,
    image: `8eb4f698-afdc-45bb-9f6c-1833c42ae368;${disk};mail`,
    snapshot: nameOf("hourly", -3720),
    creation: at(-3720),
    ...(disk === "scsi1" && { doubts: ["it may differ from its source: a verification failed on 2026-11-01"] }),
  })),
  by: "root",
  since: at(-10_000),
  expires: at(20_000),
  state: "ok",
  differences: [],
  devices,
};

export const differing: Mapping = {
  ...mapped,
  id: "m4",
  backups: mapped.backups.slice(0, 1),
  expires: undefined,
  state: "differs",
  differences: ["/run/backurne/m4/p1 is not mounted"],
  devices: [{ device: "store/web01-flat.vmdk", on: [], size: 2 ** 30, why: "not opened" }],
};

export const unreadable: Mapping = {
  id: "m5",
  backups: [],
  state: "unreadable",
  differences: ["its journal is broken in line 1", "undo it by hand"],
  devices: [],
};

export const mapping: readonly MappingEvent[] = [
  { kind: "opening", layer: "lvm", about: "backurne_m3_vg" },
  { kind: "left", device: "/dev/mapper/backurne_m3_vg-safe", why: "encrypted" },
  { kind: "opened", layer: "lvm", about: "backurne_m3_vg" },
];

export const unmapped: Unmapped = {
  version: 1,
  kind: "unmapped",
  mappings: [{ id: "m3", backups: mapped.backups }],
};
