import type { Table } from "./dm.ts";
import type { LdmDisk, LdmVolume, Part } from "./ldmtool.ts";

interface Place {
  readonly device: string;
  readonly offset: number;
  readonly length: number;
}

/** What a volume is made of; `name` is for the device that shows it. */
export interface Wanted {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly disks: ReadonlyMap<string, LdmDisk>;
}

/**
 * The device mapper's tables of a volume, in sectors of 512 bytes, the volume's own last; none: too many of its disks are
 * not there, or it is of no kind that is known. Of a mirror one half is enough, and the other one is not written to.
 */
export function tablesOf(volume: LdmVolume, { name, parts, disks }: Wanted): readonly Table[] {
  const places = parts.map(({ disk, start, size }): Place | undefined => {
    const { device, start: data = 0 } = disks.get(disk) ?? {};
    return device === undefined ? undefined : { device, offset: data + start, length: size };
  });
  return (KINDS[volume.type] ?? none)(volume, { name, places });
}

interface Laid {
  readonly name: string;
  readonly places: readonly (Place | undefined)[];
}

type Kind = (volume: LdmVolume, laid: Laid) => readonly Table[];

const none: Kind = () => [];

/** One part after the other. */
const joined: Kind = (_, { name, places }) => {
  if (places.includes(undefined)) return [];
  let at = 0;
  const lines = places.map((place) => {
    const { device, offset, length } = place!;
    const line = `${at} ${length} linear ${device} ${offset}`;
    at += length;
    return line;
  });
  return [{ name, lines }];
};

const KINDS: Readonly<Record<string, Kind>> = {
  simple: joined,
  spanned: joined,
  mirrored({ size }, { name, places }) {
    const half = places.find((place) => place !== undefined);
    return half === undefined ? [] : [{ name, lines: [`0 ${size} linear ${half.device} ${half.offset}`] }];
  },
  striped({ size, chunk }, { name, places }) {
    if (places.includes(undefined) || chunk === 0) return [];
    const parts = places.map((place) => `${place!.device} ${place!.offset}`);
    return [{ name, lines: [`0 ${size} striped ${parts.length} ${chunk} ${parts.join(" ")}`] }];
  },
  /** One part may lack. The target knows no offsets, so each part is a device first. */
  raid5({ size, chunk }, { name, places }) {
    const lacking = places.filter((place) => place === undefined).length;
    if (lacking > 1 || places.length < 3 || chunk === 0) return [];
    const slices = places.flatMap((place, index): readonly Table[] =>
      place === undefined
        ? []
        : [{ name: `${name}_${index}`, lines: [`0 ${place.length} linear ${place.device} ${place.offset}`] }],
    );
    const devices = places.map((place, index) => (place === undefined ? "- -" : `- /dev/mapper/${name}_${index}`));
    const line = `0 ${size} raid raid5_ls 2 ${chunk} nosync ${places.length} ${devices.join(" ")}`;
    return [...slices, { name, lines: [line] }];
  },
};
