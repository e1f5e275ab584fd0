import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import type { MappedBackup, MappingMark } from "@backurne/model";
import { aboutOf, closeStep } from "./close.ts";
import type { Journal } from "./journal.ts";
import { kernelName, readExtent } from "./programs/kernel.ts";
import { describeTrouble, look } from "./programs/look.ts";
import { contextOf, type Work } from "./site.ts";
import type { Found, Opened, Target } from "./types.ts";
import { claimNext, KINDS, whyLeft, type DiskRecord } from "./worklist.ts";

/** Layers that a guest's own data can bring about, at most: who nests more wants to keep us busy. */
const LIMIT = 200;

/** Whatever stands open when it fails is in the journal. */
export function openBackups(backups: readonly MappedBackup[], work: Work, journal: Journal): Promise<void> {
  return new Opener(work, journal).open(backups);
}

class Opener {
  readonly #work: Work;
  readonly #journal: Journal;
  #step = 0;

  constructor(work: Work, journal: Journal) {
    this.#work = work;
    this.#journal = journal;
  }

  async open(backups: readonly MappedBackup[]): Promise<void> {
    const { site, place } = this.#work;
    await this.#openLayer("udev", []);
    await this.#openLayer("room", []);
    let waiting: readonly Target[] = [];
    for (const [index, { image, snapshot }] of backups.entries()) {
      const since = new Date(site.now()).toISOString();
      const mark: MappingMark = { id: place.id, image, snapshot, host: site.host, since };
      const name = this.#work.unique(backups.length === 1 ? "disk" : `disk${index + 1}`);
      const record: DiskRecord = { clone: `restore-${randomUUID()}`, name, mark };
      waiting = [...waiting, ...(await this.#look(await this.#openLayer("disk", [], record)))];
    }
    for (;;) {
      const claim = this.#step < LIMIT ? claimNext(waiting, this.#work) : undefined;
      if (claim === undefined) break;
      const found = await this.#tryLayer(claim.layer, claim.targets);
      waiting = [...waiting.filter((target) => !claim.targets.includes(target)), ...found];
    }
    for (const target of waiting) await this.#note(target, { why: whyLeft(target) });
  }

  /** What cannot be opened stays a device, and says why. */
  async #tryLayer(layer: string, targets: readonly Target[]): Promise<readonly Target[]> {
    let opened: Opened;
    try {
      opened = await this.#openLayer(layer, targets);
    } catch (error) {
      if (this.#work.signal?.aborted) throw error;
      for (const target of targets) await this.#note(target, { why: describeTrouble(error) });
      return [];
    }
    for (const target of targets) await this.#note(target, { mountpoint: opened.mountpoint });
    return this.#look(opened);
  }

  async #openLayer(layer: string, targets: readonly Target[], given?: object): Promise<Opened> {
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
