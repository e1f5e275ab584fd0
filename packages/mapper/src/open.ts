import { randomUUID } from "node:crypto";
import { lstat } from "node:fs/promises";
import type { LeftOut, MappedBackup, MappingMark } from "@backurne/model";
import { aboutOf, closeStep } from "./close.ts";
import type { Journal } from "./journal.ts";
import { createLimits } from "./limits.ts";
import { kernelName, readExtent } from "./programs/kernel.ts";
import { describeTrouble, look } from "./programs/look.ts";
import { contextOf, type Work } from "./site.ts";
import type { Contents, Found, Opened, Target } from "./types.ts";
import { refuseUnknown } from "./walk.ts";
import { claimNext, KINDS, whyLeft, type DiskRecord } from "./worklist.ts";

interface Asked {
  readonly backups: readonly MappedBackup[];
  readonly left?: readonly LeftOut[] | undefined;
}

/** Whatever stands open when it fails is in the journal. */
export function openBackups(request: Asked, work: Work, journal: Journal): Promise<void> {
  return new Opener(work, journal).open(request);
}

class Opener {
  readonly #work: Work;
  readonly #journal: Journal;
  readonly #limits = createLimits();
  #step = 0;

  constructor(work: Work, journal: Journal) {
    this.#work = work;
    this.#journal = journal;
  }

  async open({ backups, left = [] }: Asked): Promise<void> {
    const { site, place } = this.#work;
    await this.#openLayer("room", []);
    await this.#openLayer("udev", []);
    let waiting: readonly Target[] = [];
    for (const [index, { image, snapshot }] of backups.entries()) {
      const since = new Date(site.now()).toISOString();
      const mark: MappingMark = { id: place.id, image, snapshot, host: site.host, since };
      const name = this.#work.unique(backups.length === 1 ? "disk" : `disk${index + 1}`);
      const record: DiskRecord = { clone: `restore-${randomUUID()}`, name, mark };
      waiting = [...waiting, ...(await this.#look(await this.#openLayer("disk", [], record)))];
    }
    const files: string[] = [];
    for (;;) {
      this.#work.signal?.throwIfAborted();
      const claim = claimNext(waiting, this.#work);
      if (claim === undefined) break;
      const found = await this.#tryLayer(claim.layer, claim.targets);
      files.push(...found.flatMap(({ file, device }) => (file === undefined ? [] : device)));
      waiting = [...waiting.filter((target) => !claim.targets.includes(target)), ...found];
    }
    refuseUnknown(this.#work.vmdk, files);
    for (const target of waiting) await this.#note(target, { why: whyLeft(target) });
    for (const { why, ...disk } of left) await this.#note({ ...disk, on: [], contents: {} }, { why });
  }

  /** What cannot be opened stays a device, and says why. */
  async #tryLayer(layer: string, targets: readonly Target[]): Promise<readonly Target[]> {
    let opened: Opened;
    try {
      this.#limits.take("layers");
      opened = await this.#openLayer(layer, targets);
    } catch (error) {
      if (this.#work.signal?.aborted) throw error;
      for (const target of targets) await this.#note(target, { why: describeTrouble(error) });
      return [];
    }
    for (const target of targets) await this.#note(target, { mountpoint: opened.mountpoint });
    for (const { why, size = 0, ...left } of opened.left ?? [])
      await this.#note({ ...left, size, contents: {} }, { why });
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
      if (opened.record !== undefined)
        await this.#journal.write({ kind: "opening", step, layer, record: opened.record });
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
    const targets: Target[] = [];
    for (const one of found) targets.push({ ...one, on: one.on ?? [], ...(await this.#lookAt(one)) });
    return targets;
  }

  /** What cannot even be looked at hides nothing else. */
  async #lookAt(one: Found): Promise<Pick<Target, "size" | "contents">> {
    try {
      const size = await sizeOf(one);
      return { size, contents: await this.#contentsOf(one).catch(troubleOf) };
    } catch (error) {
      return { size: 0, contents: troubleOf(error) };
    }
  }

  async #contentsOf({ device, file }: Found): Promise<Contents> {
    if (file !== undefined) return {};
    this.#limits.take("devices");
    return look(device, contextOf(this.#work, this.#step));
  }

  async #note(
    { device, on, size, contents }: Omit<Target, "name">,
    end: { readonly mountpoint?: string | undefined; readonly why?: string | undefined },
  ) {
    const { type = contents.table, label } = contents;
    await this.#journal.write({ kind: "device", device: { device, on, size, type, label, ...end } });
    if (end.why !== undefined) this.#work.emit({ kind: "left", device, why: end.why });
  }
}

function troubleOf(error: unknown): Contents {
  return { trouble: describeTrouble(error) };
}

async function sizeOf({ device, file }: Found): Promise<number> {
  if (file !== undefined) return (await lstat(file)).size;
  return ((await readExtent(await kernelName(device)))?.size ?? 0) * 512;
}
