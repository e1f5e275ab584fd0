import { randomUUID } from "node:crypto";
import {
  BackurneError,
  describeError,
  formatKey,
  RESTORING,
  type Restoration,
  type RestoreEvent,
} from "@backurne/model";
import type { House } from "../house.ts";
import { openLeases, type Lease, type Leases } from "../lease.ts";
import { dropImage } from "../leftovers.ts";
import { existsAlready, prepareRestore, type Prepared, type RestoreRequest } from "./prepare.ts";
import { writePlace } from "./place.ts";
import { proveEqual } from "./proof.ts";
import { send } from "./send.ts";
import { dropLeftover, leaseOf, makeTemporary, temporaryName } from "./temporary.ts";

export interface RestoreOptions {
  /** Find out and check everything, write nothing. */
  readonly dryRun?: boolean | undefined;
  /** Somebody looks at the progress: ask how much there is to move. */
  readonly watched?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RestoreEvent) => void) | undefined;
}

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;

/** What a restore under way works with. */
export interface Restoring {
  readonly house: House;
  readonly job: string;
  readonly leases: readonly Lease[];
  /** It was interrupted, or a lease lost. */
  readonly stop: AbortSignal;
  readonly watched: boolean;
  emit(event: WithoutTime<RestoreEvent>): void;
}

/**
 * A whole disk into a new image: under another name until every byte of it has been compared, and never over an image.
 * However it ends, nothing stands under the name that is not the backup.
 */
export async function restoreImage(
  house: House,
  request: RestoreRequest,
  options: RestoreOptions = {},
): Promise<Restoration> {
  const started = performance.now();
  const prepared = await prepareRestore(request, house);
  const { plan, subject, chain, point } = prepared;
  if (options.dryRun) {
    return { ...plan, bytes: await house.backup.snapshotBytes(chain.image, point.name).catch(() => undefined) };
  }
  const leases = openLeases(house.objects, `${house.host} restore ${randomUUID()}`, house.leaseTimes);
  // The chain's: nothing expires what is being read. The place's: nobody else restores to it.
  const names = [formatKey(chain.key), leaseOf(plan.to)];
  return withLeases(leases, names, async (held) => {
    const stop = AbortSignal.any([...held.map(({ lost }) => lost), ...(options.signal ? [options.signal] : [])]);
    const emit: Restoring["emit"] = (event) =>
      options.onEvent?.({ ...event, at: new Date(house.now()).toISOString() } as RestoreEvent);
    const job = chain.image;
    emit({ kind: "job-started", job, subject });
    for (const message of plan.warnings) emit({ kind: "warning", about: writePlace(plan.to), message });
    const done = await work(prepared, { house, job, leases: held, stop, watched: options.watched === true, emit });
    return { ...plan, ...done, outcome: "restored", milliseconds: Math.round(performance.now() - started) };
  });
}

async function work(prepared: Prepared, restoring: Restoring): Promise<Pick<Restoration, "bytes" | "digest">> {
  const { house, emit, job, stop } = restoring;
  const { to } = prepared.plan;
  const temporary = await temporaryName(to, house);
  await dropLeftover(temporary, prepared, restoring);
  try {
    stop.throwIfAborted();
    await makeTemporary(temporary, prepared, restoring);
    const bytes = await send(temporary, prepared, restoring);
    emit({ kind: "verifying", job });
    const digest = await proveEqual(temporary, prepared, restoring);
    await finish(temporary, prepared, restoring);
    emit({ kind: "renamed", job, from: temporary, to: to.image });
    return { bytes, digest };
  } catch (error) {
    await dropOurs(temporary, prepared, restoring).catch((left: unknown) => {
      const message = `the unfinished image ${temporary} is left there: ${describeError(left)}`;
      emit({ kind: "warning", about: writePlace(to), message });
    });
    if (stop.aborted) throw interrupted(restoring);
    throw error;
  }
}

/** Its name follows from the place: whoever has taken the lease meanwhile restores into one that is called the same. */
async function dropOurs(temporary: string, { destination }: Prepared, { leases }: Restoring): Promise<void> {
  await Promise.all(leases.map((lease) => lease.confirm("now")));
  await dropImage(temporary, destination.pool);
}

/** All that is not the disk goes, and then it has its name, or another image has. */
async function finish(temporary: string, { plan, point, destination }: Prepared, { stop, leases }: Restoring) {
  const { pool } = destination;
  if ((await pool.removeSnapshot(temporary, point.name)) !== "removed") {
    throw new BackurneError("unexpected", `${point.name} cannot be removed from ${temporary}`);
  }
  stop.throwIfAborted();
  await Promise.all(leases.map((lease) => lease.confirm()));
  if ((await pool.rename(temporary, plan.to.image)) === "exists") throw existsAlready(plan.to);
  // It is done by now, and a mark too much does no harm.
  await pool.removeMetadata(plan.to.image, RESTORING).catch(() => undefined);
}

function interrupted({ leases, stop }: Restoring): unknown {
  const lost = leases.find((lease) => lease.lost.aborted);
  if (lost) return lost.lost.reason;
  return new BackurneError("interrupted", `the restore was interrupted: ${String(stop.reason)}`);
}

async function withLeases<T>(
  leases: Leases,
  names: readonly string[],
  use: (held: readonly Lease[]) => Promise<T>,
): Promise<T> {
  const held: Lease[] = [];
  try {
    for (const name of names) {
      const lease = await leases.acquire(name);
      if (!lease) throw await heldBy(leases, name);
      held.push(lease);
    }
    return await use(held);
  } finally {
    await Promise.all(held.map((lease) => lease.release()));
  }
}

async function heldBy(leases: Leases, name: string): Promise<BackurneError> {
  const holder = await leases.holder(name).catch(() => undefined);
  return new BackurneError("held", `${name} is held by ${holder ?? "another run"}`, {
    hint: "try again when it has ended; what was killed holds on for a minute",
  });
}
