import { createMapped, removeMapped, type Table } from "../programs/dm.ts";
import { kernelName, readExtent, readMapped } from "../programs/kernel.ts";
import { describeTrouble } from "../programs/look.ts";
import type { Found, LayerKind, Left, MapContext, Partition, Target } from "../types.ts";

interface Slice extends Partition {
  readonly name: string;
  /** Of the device that is made where the kernel shows none. */
  readonly mapped: string;
}

export interface PartitionsRecord {
  readonly device: string;
  readonly slices: readonly Slice[];
  readonly left: readonly Left[];
}

/** As many entries of a table are opened as a GPT has that nobody asks for more. */
const MOST = 128;

/** Containers of logical partitions hold nothing themselves. */
const EXTENDED = new Set(["5", "F", "85", "C5"]);

/** The kernel's own devices where it makes any, our own tables where it does not: on logical volumes, or without max_part. */
export const partitions: LayerKind<PartitionsRecord> = {
  probe: (targets) => targets.filter(isPartitioned).map((target) => [target]),
  async plan([target], { unique, id }) {
    const { device, name } = target!;
    const { inside, left } = divide(target!);
    return {
      device,
      slices: inside.map((one) => {
        const called = unique(name === "disk" ? `p${one.number}` : `${name}p${one.number}`);
        return { ...one, name: called, mapped: `backurne_${id}_${called}` };
      }),
      left,
    };
  },
  async open({ device, slices, left: outside }, context) {
    const shown = await readShown({ device, slices }, context);
    const open: Slice[] = [];
    const found: Found[] = [];
    const left = [...outside];
    for (const slice of slices) {
      const own = shown?.get(slice.number);
      try {
        if (own === undefined) await createMapped(tableOf(slice, device), context);
        found.push({ device: own ?? `/dev/mapper/${slice.mapped}`, name: slice.name, on: [device] });
        open.push(slice);
      } catch (error) {
        left.push(leafOf(slice, { on: device, why: describeTrouble(error) }));
      }
    }
    const less = open.length < slices.length;
    return { found, left, ...(less && { record: { device, slices: open, left } satisfies PartitionsRecord }) };
  },
  close: ({ slices }, context) =>
    removeMapped(
      slices.map(({ mapped }) => mapped),
      context,
    ),
  async missing({ device, slices }) {
    const mapped = await readMapped();
    const name = await kernelName(device).catch(() => "");
    const there = await Promise.all(
      slices.map(async (slice) => mapped.has(slice.mapped) || (await isShown(slice, name))),
    );
    return slices.filter((_, index) => !there[index]).map(({ number }) => `partition ${number} of ${device} is gone`);
  },
};

function isPartitioned({ contents }: Target): boolean {
  const { type, partitions: found, diskGroup } = contents;
  return type === undefined && diskGroup === undefined && (found?.length ?? 0) > 0;
}

/** A table can say anything. What ends outside of its disk is cut there, as the kernel does it. */
export function divide({ device, size, contents }: Target): {
  readonly inside: readonly Partition[];
  readonly left: readonly Left[];
} {
  const end = Math.floor(size / 512);
  const entries = (contents.partitions ?? []).filter((one) => !EXTENDED.has(one.type) && one.size > 0);
  const looked = entries.slice(0, MOST);
  const inside = looked.filter(({ start }) => start < end);
  const outside = looked.filter(({ start }) => start >= end);
  const more = entries.length - looked.length;
  const rest: Left = {
    device: `${more} more partitions`,
    on: [device],
    why: `not opened: of one table no more than ${MOST} are`,
  };
  return {
    inside: inside.map((one) => ({ ...one, size: Math.min(one.size, end - one.start) })),
    left: [
      ...outside.map((one) => leafOf(one, { on: device, why: "it lies outside of its disk" })),
      ...(more > 0 ? [rest] : []),
    ],
  };
}

function leafOf({ number, size }: Partition, { on, why }: { readonly on: string; readonly why: string }): Left {
  return { device: `partition ${number}`, on: [on], size: size * 512, why };
}

function tableOf({ mapped, start, size }: Slice, device: string): Table {
  return { name: mapped, lines: [`0 ${size} linear ${device} ${start}`] };
}

/** The kernel's devices, if they are all there and are what the table says. Others would stand in the way of ours. */
async function readShown(
  { device, slices }: Pick<PartitionsRecord, "device" | "slices">,
  { run }: MapContext,
): Promise<ReadonlyMap<number, string> | undefined> {
  const name = await kernelName(device);
  if ([...(await readMapped()).values()].includes(name)) return undefined;
  await run({ file: "blockdev", args: ["--rereadpt", device], answers: [1] });
  const shown = await Promise.all(slices.map((slice) => isShown(slice, name)));
  return shown.every(Boolean)
    ? new Map(slices.map(({ number }) => [number, `/dev/${partOf(name, number)}`]))
    : undefined;
}

async function isShown({ number, start, size }: Slice, disk: string): Promise<boolean> {
  const extent = await readExtent(partOf(disk, number));
  return extent?.start === start && extent.size === size;
}

function partOf(disk: string, number: number): string {
  return `${disk}${/\d$/.test(disk) ? "p" : ""}${number}`;
}
