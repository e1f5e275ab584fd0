import { createMapped, removeMapped, type Table } from "../programs/dm.ts";
import { kernelName, readExtent, readMapped } from "../programs/kernel.ts";
import type { Found, LayerKind, MapContext, Partition, Target } from "../types.ts";

interface Slice extends Partition {
  readonly name: string;
  /** Of the device that is made where the kernel shows none. */
  readonly mapped: string;
}

export interface PartitionsRecord {
  readonly device: string;
  readonly slices: readonly Slice[];
}

/** Containers of logical partitions hold nothing themselves. */
const EXTENDED = new Set(["5", "F", "85", "C5"]);

/** The kernel's own devices where it makes any, our own tables where it does not: on logical volumes, or without max_part. */
export const partitions: LayerKind<PartitionsRecord> = {
  probe: (targets) => targets.filter(isPartitioned).map((target) => [target]),
  async plan([target], { unique, id }) {
    const { device, name, contents } = target!;
    const slices = (contents.partitions ?? []).filter(({ type, size }) => !EXTENDED.has(type) && size > 0);
    return {
      device,
      slices: slices.map((one) => {
        const called = unique(name === "disk" ? `p${one.number}` : `${name}p${one.number}`);
        return { ...one, name: called, mapped: `backurne_${id}_${called}` };
      }),
    };
  },
  async open({ device, slices }, context) {
    const shown = await readShown({ device, slices }, context);
    const found: Found[] = [];
    for (const slice of slices) {
      const own = shown?.get(slice.number);
      if (own === undefined) await createMapped(tableOf(slice, device), context);
      found.push({ device: own ?? `/dev/mapper/${slice.mapped}`, name: slice.name, on: [device] });
    }
    return { found };
  },
  close: ({ slices }, context) =>
    removeMapped(
      slices.map(({ mapped }) => mapped),
      context,
    ),
  missing: async () => [], // those of the kernel go with their device, and ours cannot
};

function isPartitioned({ contents }: Target): boolean {
  const { type, partitions: found, diskGroup } = contents;
  return type === undefined && diskGroup === undefined && (found?.length ?? 0) > 0;
}

function tableOf({ mapped, start, size }: Slice, device: string): Table {
  return { name: mapped, lines: [`0 ${size} linear ${device} ${start}`] };
}

/** The kernel's devices, if they are all there and are what the table says. Others would stand in the way of ours. */
async function readShown(
  { device, slices }: PartitionsRecord,
  { run }: MapContext,
): Promise<ReadonlyMap<number, string> | undefined> {
  const name = await kernelName(device);
  if ([...(await readMapped()).values()].includes(name)) return undefined;
  await run({ file: "blockdev", args: ["--rereadpt", device], answers: [1] });
  const shown = await Promise.all(
    slices.map(async ({ number, start, size }) => {
      const own = `${name}${/\d$/.test(name) ? "p" : ""}${number}`;
      const extent = await readExtent(own);
      return extent?.start === start && extent.size === size ? ([number, `/dev/${own}`] as const) : undefined;
    }),
  );
  const all = shown.filter((one) => one !== undefined);
  return all.length === slices.length ? new Map(all) : undefined;
}
