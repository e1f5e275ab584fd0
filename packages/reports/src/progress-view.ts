import { shortName } from "@backurne/model";
import type { TransferMode } from "@backurne/model";
import type { Active, Progress } from "./progress.ts";
import { perSecond } from "./rate.ts";

/** What a display shows at one moment. Bytes are counts, `rate` is bytes per second, `left` is ms. */
export interface ProgressView {
  readonly jobs: { readonly ended: number; readonly total: number };
  readonly due: number;
  readonly disks: number;
  readonly bytes: number;
  /** Undefined when nothing was estimated. */
  readonly expected?: number | undefined;
  readonly rate?: number | undefined;
  readonly left?: number | undefined;
  readonly transfers: readonly TransferView[];
  /** Jobs at work on something else than a transfer. */
  readonly busy: number;
  readonly waiting: number;
  readonly held: number;
  readonly failed: number;
}

export interface TransferView {
  readonly label: string;
  readonly image: string;
  readonly mode: TransferMode;
  readonly names: readonly string[];
  readonly bytes: number;
  readonly expected?: number | undefined;
  readonly rate?: number | undefined;
  readonly left?: number | undefined;
}

export function viewProgress(state: Progress, now: number): ProgressView {
  const active = [...state.active.values()];
  const transfers = active.flatMap((job) => viewTransfer(job, now));
  const bytes = state.bytes + add(active.map((job) => job.bytes));
  const remaining = state.waitingBytes + add(active.map(remainingOf));
  const rate = perSecond(state.rate, now);
  return {
    jobs: { ended: state.ended, total: state.jobs },
    due: state.due,
    disks: state.disks,
    bytes,
    ...(state.expected.size > 0 && { expected: bytes + remaining }),
    ...(rate !== undefined && { rate }),
    // An estimate of a part of the transfers says nothing about the end of all.
    ...(state.expected.size === state.due && timeLeft(remaining, rate)),
    transfers,
    busy: active.length - transfers.length,
    waiting: Math.max(0, state.jobs - state.ended - active.length),
    held: state.held,
    failed: state.failed,
  };
}

function viewTransfer(job: Active, now: number): readonly TransferView[] {
  if (!job.mode) return [];
  const rate = perSecond(job.rate, now);
  const view: TransferView = {
    label: shortName(job.subject),
    image: job.subject.image,
    mode: job.mode,
    names: job.names,
    bytes: job.bytes,
    ...(job.expected !== undefined && { expected: job.expected, ...timeLeft(remainingOf(job), rate) }),
    ...(rate !== undefined && { rate }),
  };
  return [view];
}

function remainingOf(job: Active): number {
  return Math.max(0, (job.expected ?? job.bytes) - job.bytes);
}

function timeLeft(bytes: number, rate: number | undefined): { left?: number } {
  return rate ? { left: (bytes / rate) * 1000 } : {};
}

function add(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
