import { fileURLToPath } from "node:url";
import type {
  Diagnosis,
  Explanation,
  ImageListing,
  ImageUsage,
  Plan,
  PointListing,
  Precheck,
  Restoration,
  RetentionReport,
  RunEvent,
  RunReport,
  VerificationReport,
  Mapping,
  TrashListing,
} from "@backurne/model";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { foldReport, judgePrecheck, writeNdjson } from "../src/index.ts";
import * as schemas from "../src/schemas/index.ts";
import { at, ended, endOf, freezingJobOf, jobOf, planOf, started, subjectOf, successOf } from "./fixture.ts";

const MAIL = "px1/mail/scsi0";
const planned: Plan = planOf([jobOf("a", 430_000_000), jobOf("b"), freezingJobOf(MAIL)], {
  skipped: [
    {
      subject: subjectOf("c"),
      do: "wait",
      because: "hourly 12:31",
      state: "present",
      next: Date.UTC(2026, 10, 2, 12, 31),
    },
    {
      subject: subjectOf("ci-3"),
      do: "skip",
      because: "rook.exclude[0] name ci-* (backurne.yaml:93)",
      state: "excluded",
    },
  ],
  refused: [{ scope: "chain", subject: subjectOf("d"), because: "9 of 12 for other reasons than time", removals: 9 }],
  held: [{ subject: subjectOf("a"), points: 90, because: "hold of the whole image without end (audit)" }],
  warnings: [{ about: "rook", message: "profile db6h is not in the configuration" }],
  failures: [{ about: "lab", message: "ssh lab1: connection refused" }],
});
/** With what is said only of guests, and of hooks. */
const ofGuest: readonly RunEvent[] = [
  { kind: "hook-ended", at: at(21), hook: "pre_vm", about: "mail", output: "holding the queue" },
  ...successOf(MAIL, 22, 9_000_000).map((event) =>
    event.kind === "snapshot-made"
      ? {
          ...event,
          image: "vm-100-disk-0",
          consistency: { kind: "crash-consistent", skew: 40, because: "freeze timed out after 10 s, thawed" } as const,
        }
      : event,
  ),
  {
    kind: "hook-ended",
    at: at(34),
    hook: "post_vm",
    about: "mail",
    output: "releasing the queue\nno such queue",
    failure: "/etc/backurne/hooks/post_vm failed with exit code 1: no such queue",
  },
];
const run: readonly RunEvent[] = [
  started,
  planned,
  ...successOf("a", 1, 430_000_000),
  endOf("b", {
    outcome: "failed",
    failure: { message: "rbd export-diff exited with 1", code: "command", hint: "see the log", detail: "rbd: error" },
  }),
  ...ofGuest,
  { kind: "purged", at: at(35), image: "rook;gone9;None", id: "10ab3c" },
  ended,
];
const lines: unknown[] = [];
const ndjson = writeNdjson((line) => lines.push(JSON.parse(line)));
for (const event of run) ndjson.event(event);
ndjson.end(foldReport(run));

const images: readonly ImageListing[] = [
  {
    ident: "a",
    disk: "a",
    uuid: "rook;a;None",
    cluster: "rook",
    guest: "a",
    reference: "rook/a",
    kind: "current",
    size: 2 ** 30,
    snapshots: 90,
    lastGood: at(0),
    state: "present",
    late: [],
    unproved: false,
    verified: { how: "1/30", at: at(-7200) },
    verifiedWhole: at(-86_400 * 5),
    held: 1,
    hold: { until: at(86_400), reason: "audit", since: at(0), by: "bk1" },
  },
  {
    ident: "gone9",
    disk: "gone9",
    uuid: "rook;gone9;None",
    cluster: "rook",
    guest: "gone9",
    reference: "rook/gone9",
    kind: "current",
    size: 2 ** 30,
    snapshots: 9,
    lastGood: at(-86_400),
    state: "vanished",
    stateSince: at(-3600),
    late: ["hourly"],
    unproved: true,
    held: 0,
    alarm: { at: at(0), bytes: 2 ** 29, usual: 2 ** 20 },
    because: "not on rook since 11-02",
    verified: { how: "sent", at: at(-86_400) },
    suspect:
      "a verification failed on 2026-11-01: backup;hourly;48;2026-11-01T12:00:00.000Z differs from its source at 4194304+4096",
  },
];
const points: readonly PointListing[] = [
  {
    creation: at(-3600),
    uuid: "backup;hourly;48;2026-11-02T11:00:00.000Z",
    profile: "hourly",
    count: 48,
    id: 7,
    size: 2 ** 30,
    live: "base",
    moved: { bytes: 430_000_000, wire: 132_000_000 },
    verified: { how: "full", at: at(-60) },
    hold: { reason: "audit", since: at(0), by: "bk1" },
  },
  {
    creation: at(0),
    uuid: "backup;hourly;48;2026-11-02T12:00:00.000Z",
    profile: "hourly",
    count: 48,
    id: 8,
    size: 2 ** 30,
    live: "-",
    consistency: { kind: "crash-consistent", skew: 40, because: "freeze timed out after 10 s, thawed" },
    config: {
      kind: "qemu",
      vmid: 100,
      name: "mail",
      node: "pve1",
      digest: "b6c1d3",
      config: { memory: 2048, scsi0: "ssd:vm-100-disk-0,size=1G" },
    },
  },
];
const usages: readonly ImageUsage[] = [
  { uuid: "rook;a;None", reference: "rook/a", size: 2 ** 30, used: 2 ** 29, snapshots: 90 },
];
const explained: Explanation = {
  version: 1,
  kind: "explanation",
  reference: "rook/a",
  image: "rook;a;None",
  state: "present",
  policy: [{ profile: "hourly", count: 48, maxOnLive: 2 }],
  from: "profiles",
  next: [{ profile: "hourly", at: at(3480), because: "1 h after 11:58" }],
  snapshots: [
    {
      side: "backup",
      name: "backup;hourly;48;2026-11-02T11:00:00.000Z",
      time: at(-3600),
      profile: "hourly",
      verdict: "keep",
      because: "newest shared",
    },
    { side: "live", name: "before-upgrade", verdict: "ignore", because: "not ours" },
  ],
  refused: [],
  suspect: "a verification failed",
  hold: { reason: "audit" },
  alarm: { at: at(0), bytes: 2 ** 29, usual: 2 ** 20 },
  changed: { runs: 8, last: 2 ** 29, usual: 2 ** 20, packed: { bytes: 2 ** 31, wire: 2 ** 29 } },
  lastCopyUntil: at(86_400 * 60),
};

const restored: Restoration = {
  version: 1,
  kind: "restoration",
  outcome: "restored",
  reference: "px1/mail/scsi0",
  image: "8eb4f698-afdc-45bb-9f6c-1833c42ae368;scsi0;mail",
  snapshot: "backup;hourly;48;2026-11-02T11:58:04.000Z",
  creation: "2026-11-02T11:58:04.000Z",
  to: { cluster: "px1", pool: "ceph", namespace: "", image: "vm-100-disk-9" },
  size: 32 * 2 ** 30,
  shape: {
    objectSize: 4 * 2 ** 20,
    features: ["layering", "exclusive-lock"],
    stripeUnit: 2 ** 20,
    stripeCount: 4,
    dataPool: "ec",
  },
  bytes: 9_000_000,
  milliseconds: 61_000,
  digest: "a1b2c3d4e5f60718",
  warnings: ["px1 has no pool fast, in which the source has its data: all of it goes into ceph"],
  guest: {
    kind: "qemu",
    vmid: 100,
    name: "mail",
    node: "pve1",
    digest: "f00d",
    config: { cores: 4, scsi0: "ceph:vm-100-disk-0,discard=on,size=32G" },
  },
  line: "scsi0: ceph:vm-100-disk-0,discard=on,size=32G",
  next: ["qm set 100 --scsi0 ceph:vm-100-disk-9,discard=on,size=32G"],
};

const prechecked: Precheck = {
  version: 1,
  kind: "precheck",
  at: at(0),
  host: "bk1",
  maxAge: 10_800_000,
  disks: 3127,
  oldest: at(-5460),
  problems: [
    {
      kind: "late",
      severity: "critical",
      about: "rook/a",
      image: "rook;a;None",
      message: "hourly",
      last: at(-14_400),
    },
    { kind: "blind", severity: "warning", about: "px1/mail", message: "its configuration cannot be read" },
  ],
};

const diagnosed: Diagnosis = {
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
      about: "restore-1",
      what: "a clone made for mapping that nobody has open",
      why: "the snapshot it was made of cannot expire",
      how: "doctor --fix removes it",
      fix: { kind: "remove image", image: "restore-1" },
    },
  ],
};

const verified: VerificationReport = {
  version: 1,
  kind: "verification",
  started: at(0),
  ended: at(95),
  exit: 13,
  images: [
    {
      reference: "rook/a",
      image: "rook;a;None",
      outcome: "same",
      snapshot: "backup;hourly;48;2026-11-02T11:00:00.000Z",
      how: "1/30",
      bytes: 35_651_584,
      milliseconds: 412,
      ranges: [],
    },
    {
      reference: "rook/b",
      image: "rook;b;None",
      outcome: "different",
      snapshot: "backup;hourly;48;2026-11-02T11:00:00.000Z",
      how: "full",
      bytes: 2 ** 30,
      milliseconds: 9000,
      ranges: [{ offset: 4_194_304, length: 4096 }],
      because: "in 1 place, at 4194304+4096; the next run starts a new generation",
    },
    {
      reference: "rook/c",
      image: "rook;c;None",
      outcome: "not shared",
      bytes: 0,
      milliseconds: 31,
      ranges: [],
      because: "no snapshot stands on both sides",
    },
  ],
  failures: [{ about: "lab", message: "ssh lab1: connection refused" }],
};

const trashed: TrashListing = {
  id: "10ab3c",
  image: "rook;gone9;None",
  reference: "rook/gone9",
  trashed: at(-86_400),
  ends: at(86_400 * 6),
  because: "vanished; last copy, kept until 2026-11-01",
};

const recounted: RetentionReport = {
  version: 1,
  kind: "retention",
  images: [
    {
      reference: "rook/a",
      image: "rook;a;None",
      outcome: "applied",
      profiles: [
        { profile: "daily", points: 31, now: [14, 30], after: 7, expires: 23 },
        {
          profile: "fine",
          points: 29,
          now: [28],
          after: 28,
          intervals: { now: [3_600_000, 21_600_000], after: 3_600_000 },
          expires: 21,
        },
        { profile: "db6h", points: 2, now: [8], because: "does not apply to this image any more", expires: 0 },
      ],
    },
    {
      reference: "rook/gone9",
      image: "rook;gone9;None",
      outcome: "left alone",
      because: "vanished: not on rook since 11-02",
      profiles: [],
    },
  ],
  refused: { because: ["rook/a: 23 of 84 for other reasons than time"], removals: 23 },
  warnings: [{ about: "profiles_api", message: "policies.example.net: no answer; its answer of 2 h ago is used" }],
  failures: [{ about: "lab", message: "ssh lab1: connection refused" }],
};

/** As another version of backurne left it. */
const unreadable: Mapping = {
  id: "m4",
  backups: [],
  state: "unreadable",
  differences: [
    "its journal was written by another version of backurne (format 2) (/var/lib/backurne/mappings/m4/journal)",
    "unmap it with that",
  ],
  devices: [],
};

const mapping: Mapping = {
  id: "m3",
  backups: [
    {
      reference: "px1/web01/scsi0",
      image: "8eb4f698-afdc-45bb-9f6c-1833c42ae368;scsi0;web01",
      snapshot: "backup;hourly;48;2026-11-02T11:00:00.000Z",
      creation: "2026-11-02T11:00:00.000Z",
    },
  ],
  by: "root",
  since: at(0),
  expires: at(28_800),
  state: "ok",
  differences: [],
  devices: [
    { device: "/dev/nbd0", on: [], size: 21_474_836_480, type: "dos" },
    {
      device: "/dev/nbd0p1",
      on: ["/dev/nbd0"],
      size: 20_400_046_080,
      type: "xfs",
      label: "root",
      mountpoint: "/run/backurne/m3/p1",
    },
    { device: "/dev/nbd0p2", on: ["/dev/nbd0"], size: 1_073_741_824, why: "nothing on it that is known" },
  ],
};

/** Every `--json` document: its schema, and an example that `docs/json` shows. */
const DOCUMENTS: readonly [string, z.ZodType, unknown][] = [
  ["plan", schemas.plan, planned],
  ["report", schemas.runReport, foldReport(run)],
  ["ls", schemas.imageListings, images],
  ["ls-image", schemas.pointListings, points],
  ["explain", schemas.explanation, explained],
  [
    "stats",
    schemas.stats,
    {
      version: 1,
      kind: "stats",
      images: usages,
      total: { images: 1, size: 2 ** 30, used: 2 ** 29, snapshots: 90 },
    },
  ],
  ["restore", schemas.restoration, restored],
  ["precheck", schemas.precheck, prechecked],
  ["check", schemas.check, judgePrecheck(prechecked, Date.parse(at(412)))],
  ["doctor", schemas.diagnosis, diagnosed],
  ["verify", schemas.verification, verified],
  [
    "hold",
    schemas.holdReport,
    {
      version: 1,
      kind: "hold",
      reference: "rook/a",
      image: "rook;a;None",
      snapshot: "backup;hourly;48;2026-11-02T11:00:00.000Z",
      hold: { until: at(86_400), reason: "audit", since: at(0), by: "bk1" },
      points: 1,
    },
  ],
  [
    "release",
    schemas.releaseReport,
    {
      version: 1,
      kind: "release",
      reference: "rook/a",
      image: "rook;a;None",
      released: [{ what: "image" }, { what: "alarm" }],
      stay: ["backup;hourly;48;2026-11-02T11:00:00.000Z"],
      generations: ["closed-20261030T010000.000Z-10ab;rook;a;None"],
    },
  ],
  ["retention", schemas.retention, recounted],
  ["trash", schemas.trash, { version: 1, kind: "trash", images: [trashed] }],
  [
    "trash-restore",
    schemas.trashRestored,
    {
      version: 1,
      kind: "trash-restored",
      reference: "rook/gone9",
      image: "rook;gone9;None",
      points: 1,
      hold: { reason: "restored from the trash", since: at(0), by: "bk1" },
    },
  ],
  [
    "trash-empty",
    schemas.trashEmptied,
    {
      version: 1,
      kind: "trash-emptied",
      removed: [trashed],
      stay: [{ ...trashed, id: "10ab3d", why: "it has clones" }],
    },
  ],
  [
    "forget",
    schemas.forgotten,
    {
      version: 1,
      kind: "forgotten",
      reference: "rook/ci-3",
      image: "rook;ci-3;None",
      points: 4,
      ends: at(86_400 * 7),
      live: ["backup;hourly;48;2026-11-02T11:00:00.000Z"],
    },
  ],
  ["map", schemas.mapped, { version: 1, kind: "mapping", ...mapping }],
  ["list-mapped", schemas.mappings, { version: 1, kind: "mappings", mappings: [mapping, unreadable] }],
  [
    "unmap",
    schemas.unmapped,
    { version: 1, kind: "unmapped", mappings: [{ id: mapping.id, backups: mapping.backups }] },
  ],
  [
    "token-ls",
    schemas.tokens,
    {
      version: 1,
      kind: "tokens",
      tokens: [{ id: "5f0c1d2e3a4b", name: "grafana", scopes: ["read"], created: "2026-11-02T09:00:00.000Z" }],
    },
  ],
  [
    "token-create",
    schemas.tokenCreated,
    {
      version: 1,
      kind: "token-created",
      text: "bkn_5f0c1d2e3a4b_8c6rQm0rUq1x4H0m3S9b2Yv7tK5wZ1aEoGdJfLhNpRs",
      id: "5f0c1d2e3a4b",
      name: "grafana",
      scopes: ["read"],
      created: "2026-11-02T09:00:00.000Z",
    },
  ],
  ["token-revoke", schemas.tokenRevoked, { version: 1, kind: "token-revoked", id: "5f0c1d2e3a4b" }],
  ["version", schemas.version, { version: 1, kind: "version", backurne: "0.1.0", node: "24.21.0" }],
  [
    "config-check",
    schemas.configCheck,
    {
      version: 1,
      kind: "config-check",
      file: "/etc/backurne/backurne.yaml",
      clusters: ["rook"],
      profiles: ["daily", "hourly"],
    },
  ],
];

const docs = (file: string) => fileURLToPath(new URL(`../../../docs/json/${file}`, import.meta.url));

describe("every JSON document", () => {
  test.each(DOCUMENTS)("%s fits its schema and is shown in docs/json", async (name, schema, document) => {
    expect(schema.parse(document)).toEqual(document);
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(docs(`${name}.json`));
  });

  test("backup: every line is an event, the last one the report", async () => {
    expect(lines.slice(0, -1).map((line) => schemas.runEvent.parse(line))).toEqual(lines.slice(0, -1));
    schemas.runReport.parse(lines.at(-1));
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    await expect(text).toMatchFileSnapshot(docs("backup.ndjson"));
  });

  test.each(DOCUMENTS)("%s with a field nobody knows is refused", (_, schema, document) => {
    const spoilt = Array.isArray(document)
      ? document.map((item) => ({ ...(item as object), surprise: 1 }))
      : { ...(document as object), surprise: 1 };
    expect(schema.safeParse(spoilt).success).toBe(false);
  });

  test("what the model can say the schemas accept", () => {
    expectTypeOf<Plan>().toExtend<z.input<typeof schemas.plan>>();
    expectTypeOf<RunEvent>().toExtend<z.input<typeof schemas.runEvent>>();
    expectTypeOf<RunReport>().toExtend<z.input<typeof schemas.runReport>>();
    expectTypeOf<readonly ImageListing[]>().toExtend<z.input<typeof schemas.imageListings>>();
    expectTypeOf<readonly PointListing[]>().toExtend<z.input<typeof schemas.pointListings>>();
    expectTypeOf<Diagnosis>().toExtend<z.input<typeof schemas.diagnosis>>();
    expectTypeOf<Precheck>().toExtend<z.input<typeof schemas.precheck>>();
    expectTypeOf<VerificationReport>().toExtend<z.input<typeof schemas.verification>>();
    expectTypeOf<Explanation>().toExtend<z.input<typeof schemas.explanation>>();
    expectTypeOf<RetentionReport>().toExtend<z.input<typeof schemas.retention>>();
    expectTypeOf<Restoration>().toExtend<z.input<typeof schemas.restoration>>();
    expectTypeOf<ImageUsage>().toExtend<z.input<typeof schemas.stats>["images"][number]>();
  });
});
