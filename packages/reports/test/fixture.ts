import type { Job, Plan, RunEvent, Subject } from "@backurne/model";

/** The seconds of a run that starts at noon. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 2, 12, 0, 0) + seconds * 1000).toISOString();
}

/** An image of the plain cluster rook, or `CLUSTER/GUEST/DISK`. */
export function subjectOf(name: string): Subject {
  const [cluster = "", guest = "", disk] = name.split("/");
  if (disk === undefined) {
    const key = { ident: "rook", disk: name };
    return { cluster: "rook", guest: name, disk: name, key, image: `rook;${name};None` };
  }
  const key = { ident: "8eb4f698-afdc-45bb-9f6c-1833c42ae368", disk };
  return { cluster, guest, disk, key, image: `${key.ident};${disk};${guest}` };
}

export function jobOf(name: string, bytes?: number): Job {
  return {
    id: `job-${name}`,
    subject: subjectOf(name),
    lock: `rook;${name}`,
    lane: "rook",
    priority: "normal",
    steps: [
      {
        kind: "snapshot",
        id: `job-${name}/snapshot`,
        because: "hourly due 11:58",
        names: [{ profile: "hourly", count: 48 }],
      },
      {
        kind: "transfer",
        id: `job-${name}/transfer`,
        because: "base hourly 10:58",
        mode: "incremental",
        base: "backup;hourly;48;2026-11-02T10:58:00.000Z",
        ...(bytes !== undefined && { bytes }),
      },
      {
        kind: "remove",
        id: `job-${name}/remove`,
        because: "older than 48 h",
        side: "backup",
        image: subjectOf(name).image,
        snapshot: "backup;hourly;48;2026-10-31T10:58:00.000Z",
        ordinary: true,
      },
    ],
  };
}

/** The same for a guest that is to stand still meanwhile. */
export function freezingJobOf(name: string): Job {
  const job = jobOf(name);
  const steps = job.steps.map((step) => (step.kind === "snapshot" ? { ...step, freeze: true } : step));
  return { ...job, steps };
}

export function planOf(jobs: readonly Job[], more: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    kind: "plan",
    at: at(0),
    jobs,
    skipped: [],
    refused: [],
    warnings: [],
    failures: [],
    ...more,
  };
}

export const started: RunEvent = {
  kind: "run-started",
  at: at(0),
  run: "01JC4",
  host: "bk1",
  version: "0.1.0",
};
export const ended: RunEvent = { kind: "run-ended", at: at(90) };

/** A job that goes well: `bytes` in ten seconds from `second` on. */
export function successOf(name: string, second: number, bytes: number): readonly RunEvent[] {
  const job = `job-${name}`;
  const transfer = {
    job,
    mode: "incremental",
    snapshot: "backup;hourly;48;2026-11-02T11:58:00.000Z",
    names: ["backup;hourly;48;2026-11-02T11:58:00.000Z"],
  } as const;
  return [
    { kind: "job-started", at: at(second), job, subject: subjectOf(name) },
    {
      kind: "snapshot-made",
      at: at(second),
      job,
      snapshot: transfer.snapshot,
      image: name,
      consistency: { kind: "quiesced" },
    },
    {
      kind: "transfer-started",
      at: at(second),
      ...transfer,
      base: "backup;hourly;48;2026-11-02T10:58:00.000Z",
    },
    { kind: "progress", at: at(second + 5), job, bytes: bytes / 2 },
    { kind: "transfer-ended", at: at(second + 10), ...transfer, bytes, wire: bytes / 4, milliseconds: 10_000 },
    {
      kind: "verified",
      at: at(second + 10),
      job,
      image: subjectOf(name).image,
      snapshot: transfer.snapshot,
      how: "sent",
      bytes,
      milliseconds: 400,
    },
    {
      kind: "removed",
      at: at(second + 11),
      job,
      side: "backup",
      image: subjectOf(name).image,
      snapshot: "backup;hourly;48;2026-10-31T10:58:00.000Z",
      because: "older than 48 h",
    },
    { kind: "job-ended", at: at(second + 11), job, subject: subjectOf(name), outcome: "done" },
  ];
}

export function endOf(name: string, end: Partial<Extract<RunEvent, { kind: "job-ended" }>>): RunEvent {
  return {
    kind: "job-ended",
    at: at(20),
    job: `job-${name}`,
    subject: subjectOf(name),
    outcome: "done",
    ...end,
  };
}
