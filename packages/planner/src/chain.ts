import { formatImageName } from "@backurne/model";
import type { ProfileSettings, Refusal, SourceState, Step, Subject, TransferStep } from "@backurne/model";
import type { Due, Point, Verdict } from "@backurne/retention";
import { chooseBase, differs, sharedSnapshots, type BaseChoice } from "./base.ts";
import { brakeChain } from "./brakes.ts";
import { dueProfiles, snapshotNames, type DueProfiles } from "./due.ts";
import type { ChainFacts, DiskFacts, PlanFilter, PlanPolicy, SnapshotFacts } from "./facts.ts";
import { recordIntervals } from "./intervals.ts";
import { judgeDisk, pointsOf, type Judged } from "./judge.ts";
import { describeAlarm } from "./volume.ts";

export interface ChainInput {
  readonly subject: Subject;
  readonly chain: ChainFacts | undefined;
  readonly disk: DiskFacts | undefined;
  readonly state: SourceState;
  readonly profiles: readonly ProfileSettings[];
  readonly policy: PlanPolicy;
  readonly filter: PlanFilter;
  readonly now: number;
  /** The operator has accepted this run's extraordinary removals by their number. */
  readonly accepted?: boolean | undefined;
  /** Its guest is to be held still for the snapshot. */
  readonly freeze?: boolean | undefined;
  intended(snapshot: string): boolean;
}

export interface Transfer {
  readonly base: BaseChoice;
  readonly due: DueProfiles;
  readonly step: TransferStep;
}

export interface Removal {
  readonly side: "live" | "backup";
  readonly verdict: Verdict<SnapshotFacts>;
}

export interface ChainPlan {
  readonly steps: readonly Step[];
  readonly transfer: Transfer | undefined;
  readonly removals: readonly Removal[];
  readonly trash: boolean;
  readonly refused: Refusal | undefined;
  /** The name of the guest is part of its image's name. */
  readonly rename: string | undefined;
  readonly next: readonly { readonly profile: string; readonly due: Due }[];
  readonly warnings: readonly string[];
}

/** Decides for one disk: what travels, from which base, and what goes afterwards. */
export function planChain(input: ChainInput): ChainPlan {
  const { chain, disk } = input;
  const due = askDue(input, pointsOf(chain?.snapshots ?? [], chain?.marks ?? {}));
  const transfer = disk && due.names.length > 0 ? planTransfer({ ...input, disk }, due) : undefined;
  const judged = judgeDisk(transfer ? afterTransfer({ ...input, disk: transfer.disk }, transfer.plan) : input);
  const { removals, trash, refused } = planRemovals(input, judged);
  const id = input.subject.image;
  const renamed = nameFor(input);
  const steps: Step[] = [];
  if (renamed !== undefined && chain) {
    const because = `its guest is called ${disk?.disk.comment} now`;
    steps.push({ kind: "rename", id: `${id}#rename`, because, from: chain.image, to: renamed });
  }
  if (transfer) {
    const { because, names } = transfer.plan.due;
    const freeze = input.freeze ? { freeze: true } : {};
    steps.push({ kind: "snapshot", id: `${id}#snapshot`, because, names, ...freeze }, transfer.plan.step);
  }
  if (!refused) steps.push(...removals.map((removal) => removeStep(removal, input)));
  if (trash && chain) {
    steps.push({ kind: "trash", id: `${id}#trash`, because: trash, image: chain.image });
  }
  const flaws = [...judged.backup, ...judged.live].filter((verdict) => verdict.warn).map(({ because }) => because);
  const alarm = chain?.marks.alarm ? [`change alarm: ${describeAlarm(chain.marks.alarm)}`] : [];
  return {
    steps,
    transfer: transfer?.plan,
    removals: refused ? [] : removals,
    trash: trash !== undefined,
    refused,
    next: due.next,
    rename: renamed,
    warnings: [...new Set([...alarm, ...flaws])],
  };
}

/** The name a chain should have, when the one it has is out of date and it is proved to be the chain of this very image. */
function nameFor({ disk, chain, state }: ChainInput): string | undefined {
  if (!disk?.disk.vm || chain?.kind !== "current" || state !== "present") return undefined;
  if (!chain.marks.source || differs(chain.marks.source, disk.source)) return undefined;
  const { key, comment } = disk.disk;
  return chain.comment === comment ? undefined : formatImageName({ ...key, comment });
}

function askDue({ state, profiles, policy, now, filter }: ChainInput, points: readonly Point[]): DueProfiles {
  const applying = state === "present" ? profiles : [];
  return dueProfiles({ profiles: applying, points, now, timezone: policy.timezone, filter });
}

function planTransfer(
  input: ChainInput & { disk: DiskFacts },
  asked: DueProfiles,
): { disk: DiskFacts; plan: Transfer } {
  const { disk, chain, subject } = input;
  const base = chooseBase(disk, chain);
  // A new generation has no point of any profile yet.
  const due = base.kind === "full" ? askDue(input, []) : asked;
  const step: TransferStep = {
    kind: "transfer",
    id: `${subject.image}#transfer`,
    because: base.because,
    mode: base.kind === "base" ? "incremental" : "full",
    base: base.kind === "base" ? base.live.name : undefined,
    closes: base.kind === "full" ? chain?.image : undefined,
  };
  return { disk, plan: { base, due, step } };
}

/** The same facts as they will be when the transfer has ended well, so that one run also removes what it made obsolete. */
function afterTransfer(input: ChainInput & { disk: DiskFacts }, transfer: Transfer): ChainInput {
  const { chain, disk, now, subject } = input;
  // Only for judging: the real name is made when the snapshot is.
  const names = snapshotNames(transfer.due.names, "new", now);
  const made = transfer.due.names.map(({ profile, count }, index) => ({
    id: Number.MAX_SAFE_INTEGER - transfer.due.names.length + index,
    name: names[index] as string,
    size: disk.size,
    ours: { prefix: "new", profile, count, time: now, legacy: false },
  }));
  const live = made[0] as SnapshotFacts;
  const kept = chain && transfer.base.kind === "base" ? chain : undefined;
  const older = kept ? sharedSnapshots(disk, kept).map((one) => entryOf(one.live, kept)) : [];
  return {
    ...input,
    disk: { ...disk, snapshots: [...disk.snapshots, live] },
    chain: {
      image: subject.image,
      imageId: kept?.imageId ?? "",
      kind: "current",
      key: subject.key,
      comment: kept?.comment ?? "",
      size: disk.size,
      snapshots: [...(kept?.snapshots ?? []), ...made],
      marks: {
        ...kept?.marks,
        intervals: recordIntervals(kept ?? { snapshots: [], marks: {} }, input.profiles),
        source: disk.source,
        base: {
          name: live.name,
          id: live.id,
          shared: [{ name: live.name, id: live.id, twins: names.slice(1) }, ...older],
        },
      },
    },
  };
}

function entryOf(live: SnapshotFacts, chain: ChainFacts) {
  const recorded = chain.marks.base?.shared.find((one) => one.name === live.name);
  return { name: live.name, id: live.id, twins: recorded?.twins };
}

interface Removals {
  readonly removals: readonly Removal[];
  readonly trash: string | undefined;
  readonly refused: Refusal | undefined;
}

/** What the verdicts let go, within the filter and the brakes of the chain. */
export function planRemovals(input: Pick<ChainInput, "filter" | "subject" | "accepted">, judged: Judged): Removals {
  const { filter, subject } = input;
  const live = filter.cleanLive ? judged.live.filter((verdict) => goes(verdict) && named(verdict, filter)) : [];
  const backup = filter.cleanBackup ? judged.backup.filter(goes) : [];
  const last = backup.find((verdict) => verdict.last);
  const removals: Removal[] = [
    ...live.map((verdict) => ({ side: "live" as const, verdict })),
    // The last copy is not removed: its image goes into the trash with it.
    ...(last ? [] : backup).map((verdict) => ({ side: "backup" as const, verdict })),
  ];
  const extraordinary = removals.filter(({ verdict }) => verdict.ordinary !== true).length;
  const total = [...judged.live, ...judged.backup].filter((verdict) => verdict.snapshot.ours).length;
  const because = input.accepted ? undefined : brakeChain({ removals: extraordinary, total });
  return {
    removals,
    trash: last?.because,
    refused: because === undefined ? undefined : { scope: "chain", subject, because, removals: extraordinary },
  };
}

function goes(verdict: Verdict<SnapshotFacts>): boolean {
  return !verdict.keep;
}

function named(verdict: Verdict<SnapshotFacts>, filter: PlanFilter): boolean {
  return filter.profile === undefined || verdict.snapshot.ours?.profile === filter.profile;
}

function removeStep({ side, verdict }: Removal, { subject, disk, chain }: ChainInput): Step {
  const image = side === "live" ? (disk?.disk.image ?? "") : (chain?.image ?? subject.image);
  return {
    kind: "remove",
    id: `${subject.image}#remove-${side}-${verdict.snapshot.name}`,
    because: verdict.because,
    side,
    image,
    snapshot: verdict.snapshot.name,
    ordinary: verdict.ordinary === true,
  };
}
