import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename } from "node:path";

/** What the kernel itself says, without a program. */

export interface Mount {
  readonly at: string;
  /** Of its device: `43:1`; `0:…` where the file system has a number of its own. */
  readonly number: string;
  /** What it was mounted from, as that was said: `/dev/nbd0p1`. */
  readonly source: string;
}

export async function readMounts(): Promise<readonly Mount[]> {
  return parseMounts(await readFile("/proc/self/mountinfo", "utf8"));
}

/** Octal escapes stand for blanks and the like. */
export function parseMounts(text: string): readonly Mount[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [own = "", from = ""] = line.split(" - ");
      const [, , number = "", , at = ""] = own.split(" ");
      const [, source = ""] = from.split(" ");
      return { at: plain(at), number, source: plain(source) };
    });
}

function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

export async function isMounted(at: string): Promise<boolean> {
  return (await readMounts()).some((mount) => mount.at === at);
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Names of the device mapper, and the device each has. */
export async function readMapped(): Promise<ReadonlyMap<string, string>> {
  const devices = (await readdir("/sys/block")).filter((name) => name.startsWith("dm-"));
  const named = await Promise.all(
    devices.map(async (device) => [await readOr(`/sys/block/${device}/dm/name`, ""), device] as const),
  );
  return new Map(named.filter(([name]) => name !== ""));
}

/** `nbd0p1` for whatever path leads to it. @throws when that is no block device. */
export async function kernelName(device: string): Promise<string> {
  return basename(await realpath(`/sys/dev/block/${await numberOf(device)}`));
}

/** `43:1` */
export async function numberOf(device: string): Promise<string> {
  const { rdev } = await stat(device);
  const major = (rdev >> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00);
  return `${major}:${minor}`;
}

export interface Extent {
  /** In sectors of 512 bytes. */
  readonly start: number;
  readonly size: number;
}

/** Of a device or a partition. */
export async function readExtent(name: string): Promise<Extent | undefined> {
  const number = async (file: string): Promise<number> => Number(await readOr(`/sys/class/block/${name}/${file}`, ""));
  const size = await readOr(`/sys/class/block/${name}/size`, "");
  return size === "" ? undefined : { start: await number("start"), size: Number(size) };
}

/** Devices on top of it, by the names that people know. */
export async function readHolders(name: string): Promise<readonly string[]> {
  const holders = await readdir(`/sys/class/block/${name}/holders`).catch(() => []);
  return Promise.all(holders.map((holder) => readOr(`/sys/block/${holder}/dm/name`, holder)));
}

export async function readOr(file: string, otherwise: string): Promise<string> {
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => otherwise,
  );
}
