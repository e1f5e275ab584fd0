import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import {
  BackurneError,
  describeError,
  type MappedBackup,
  type Mapping,
  type MappingEvent,
  type MappingMark,
} from "@backurne/model";
import { aboutOf, closeAll, closeStep } from "./close.ts";
import { takePlace } from "./home.ts";
import { beginJournal, type Header, type Journal } from "./journal.ts";
import { listOne } from "./list.ts";
import { kernelName, readExtent } from "./programs/kernel.ts";
import { describeTrouble, look } from "./programs/look.ts";
import { requireKernel } from "./require.ts";
import { contextOf, createNames, type Site, type Work } from "./site.ts";
import type { Found, Opened, Target } from "./types.ts";
import { claimNext, KINDS, whyLeft, type DiskRecord } from "./worklist.ts";

export interface MapRequest {
  /** Disks of one guest together: what spans them is opened as a whole. */
  readonly backups: readonly MappedBackup[];
  /** Which disks in a datastore are opened: a path or name in it, or `all`. */
  readonly vmdk?: string | undefined;
  /** ms until it may be undone by whatever command comes. */
  readonly lifetime?: number | undefined;
}

export interface MapOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: MappingEvent) => void) | undefined;
}

/** Opens all there is in these backups. A failure leaves nothing; what cannot be opened is left, with the reason. */
export async function mapBackups(site: Site, request: MapRequest, options: MapOptions = {}): Promise<Mapping> {
  await requireKernel(site);
  await using held = await takePlace(site);
  const { place } = held;
  const emit = options.onEvent ?? (() => {});
  const work: Work = {
    site,
    place,
    uuid: randomUUID(),
    vmdk: request.vmdk,
    signal: options.signal,
    emit,
    unique: createNames(),
  };
  try {
    await using journal = await beginJournal(place.directory, headerOf(work, request));
    await new Mapper(work, journal).map(request.backups);
    await journal.write({ kind: "ready" });
  } catch (error) {
    await closeAll(held, { site, emit, unique: work.unique }).catch((left: unknown) => {
      throw new BackurneError(
        "command",
        `${describeError(error)}; and not all could be undone: ${describeError(left)}`,
        {
          hint: `backurne unmap ${place.id} tries again`,
          cause: error,
        },
      );
    });
    if (options.signal?.aborted)
      throw new BackurneError("interrupted", "map was interrupted: all is undone", { cause: error });
    throw error;
  }
  return listOne(site, place);
}

function headerOf({ site, place, uuid }: Work, { backups, lifetime }: MapRequest): Header {
  const now = site.now();
  return {
    version: 1,
    id: place.id,
    uuid,
    room: place.room,
    backups,
    by: site.by,
    since: new Date(now).toISOString(),
    ...(lifetime !== undefined && { expires: new Date(now + lifetime).toISOString() }),
  };
}

/** Layers that a guest's own data can bring about, at most: who nests more wants to keep us busy. */
const LIMIT = 200;

class Mapper {
  readonly #work: Work;
  readonly #journal: Journal;
  #step = 0;

  constructor(work: Work, journal: Journal) {
    this.#work = work;
    this.#journal = journal;
  }

  async map(backups: readonly MappedBackup[]): Promise<void> {
    const { site, place } = this.#work;
    await this.#open("room", []);
    let waiting: readonly Target[] = [];
    for (const [index, { image, snapshot }] of backups.entries()) {
      const since = new Date(site.now()).toISOString();
      const mark: MappingMark = { id: place.id, image, snapshot, host: site.host, since };
      const name = this.#work.unique(backups.length === 1 ? "disk" : `disk${index + 1}`);
      const record: DiskRecord = { clone: `restore-${randomUUID()}`, name, mark };
      waiting = [...waiting, ...(await this.#look(await this.#open("disk", [], record)))];
    }
    for (;;) {
      const claim = this.#step < LIMIT ? claimNext(waiting, this.#work) : undefined;
      if (claim === undefined) break;
      const found = await this.#tryOpen(claim.layer, claim.targets);
      waiting = [...waiting.filter((target) => !claim.targets.includes(target)), ...found];
    }
    for (const target of waiting) await this.#note(target, { why: whyLeft(target) });
  }

  /** What cannot be opened stays a device, and says why. */
  async #tryOpen(layer: string, targets: readonly Target[]): Promise<readonly Target[]> {
    let opened: Opened;
    try {
      opened = await this.#open(layer, targets);
    } catch (error) {
      if (this.#work.signal?.aborted) throw error;
      for (const target of targets) await this.#note(target, { why: describeTrouble(error) });
      return [];
    }
    for (const target of targets) await this.#note(target, { mountpoint: opened.mountpoint });
    return this.#look(opened);
  }

  async #open(layer: string, targets: readonly Target[], given?: object): Promise<Opened> {
    this.#work.signal?.throwIfAborted();
    const step = (this.#step += 1);
    const kind = KINDS[layer]!;
    const context = contextOf(this.#work, step);
    const record = given ?? (await kind.plan(targets, context));
    const about = aboutOf(record);
    await this.#journal.write({ kind: "opening", step, layer, record });
    this.#work.emit({ kind: "opening", layer, about });
    try {
      const opened = await kind.open(record, context);
      await this.#journal.write({ kind: "opened", step });
      this.#work.emit({ kind: "opened", layer, about });
      return opened;
    } catch (error) {
      const whole = { ...this.#work, signal: undefined };
      await closeStep({ step, layer, record, opened: false }, whole, this.#journal);
      throw error;
    }
  }

  async #look({ found }: Opened): Promise<readonly Target[]> {
    const context = contextOf(this.#work, this.#step);
    const targets: Target[] = [];
    for (const one of found) {
      const contents = one.file === undefined ? await look(one.device, context) : {};
      targets.push({ ...one, on: one.on ?? [], size: await sizeOf(one), contents });
    }
    return targets;
  }

  async #note(target: Target, end: { readonly mountpoint?: string | undefined; readonly why?: string | undefined }) {
    const { device, on, size, contents } = target;
    const { type = contents.table, label } = contents;
    await this.#journal.write({ kind: "device", device: { device, on, size, type, label, ...end } });
    if (end.why !== undefined) this.#work.emit({ kind: "left", device, why: end.why });
  }
}

async function sizeOf({ device, file }: Found): Promise<number> {
  if (file !== undefined) return (await stat(file)).size;
  return ((await readExtent(await kernelName(device)))?.size ?? 0) * 512;
}
