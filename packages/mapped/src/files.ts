import { basename } from "node:path";
import type { Executor } from "@backurne/exec";
import {
  decodePath,
  encodePath,
  listDirectory,
  openArchive,
  openFile,
  openTree,
  showName,
  type ArchiveFormat,
  type Entry,
  type Kind,
  type OpenedFile,
  type Path,
  type Place,
} from "@backurne/files";
import type { Mapper } from "@backurne/mapper";
import { BackurneError, printable, type Mapping } from "@backurne/model";

export type { ArchiveFormat, OpenedFile, Span } from "@backurne/files";

/** In a mapped backup. */
export interface FilePlace {
  /** `m3` */
  readonly mapping: string;
  /**
   * The file system, as its mount point is called, and names in it: `p1/var/log`. Percent-encoded byte by byte, as in a URL: a
   * guest's names need not be text. Empty: all its file systems.
   */
  readonly path: string;
}

export interface FileEntry {
  /** For people: on one line, what is no text escaped. */
  readonly name: string;
  /** Leads to it. */
  readonly path: string;
  /** `volume`: a file system. */
  readonly kind: Kind | "volume";
  /** Bytes. */
  readonly size: number;
  /** ISO 8601; undefined: the guest says none that is a date. */
  readonly modified?: string | undefined;
  /** Of a link, for people: where it says it leads. */
  readonly target?: string | undefined;
  /** Of a link: what it leads to, links followed inside the file system; undefined: nothing there. */
  readonly leads?: Kind | undefined;
  /** Of a file system: what its owner calls it. */
  readonly label?: string | undefined;
}

export interface PageRequest {
  /** Only names behind this one, encoded as a path is. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  /** Nobody waits for it any more: rejected with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
}

export interface FilePage {
  readonly path: string;
  /** The directories down to it, itself the last one. */
  readonly trail: readonly Pick<FileEntry, "name" | "path">[];
  /** By the bytes of their names. */
  readonly entries: readonly FileEntry[];
  /** Of all pages. */
  readonly total: number;
  /** There are more: `after` for the next page. */
  readonly next?: string | undefined;
}

export interface MappedFile extends OpenedFile {
  /** Of whatever its path leads to. For people. */
  readonly name: string;
}

export interface MappedArchive {
  /** Good as a part of file names everywhere. */
  readonly name: string;
  /** Nothing is open before the first byte is asked for. Rejected where it does not become whole. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * The files of mapped backups, read as what they are: somebody else's. Errors are BackurneErrors: `not-found`; `usage` for what is
 * no path, no directory or no file; `refused` for devices and the like, and for a mapping that is not whole; `held` while it
 * is made; `command` where the file system cannot be read.
 */
export interface MappedFiles {
  list(place: FilePlace, page?: PageRequest): Promise<FilePage>;
  open(place: FilePlace): Promise<MappedFile>;
  archive(place: FilePlace, format: ArchiveFormat, signal: AbortSignal): Promise<MappedArchive>;
}

/** What maps, and what is in it: of this process, or of another one. */
export interface Mapped {
  readonly mapper: Mapper;
  readonly files: MappedFiles;
}

/** Entries of a page. */
const LIMIT = 500;

export function openFiles({ mapper, executor }: { mapper: Pick<Mapper, "find">; executor: Executor }): MappedFiles {
  const find = async (place: FilePlace): Promise<Place & { readonly volume: Buffer }> => {
    const [volume, ...path] = decodePath(place.path);
    if (volume === undefined) throw new BackurneError("usage", "the path begins with the name of a file system");
    const root = mountpoints(await findWhole(mapper, place.mapping)).find((one) => nameOf(one).equals(volume));
    if (root === undefined) {
      const what = `${place.mapping} has no file system ${showName(volume)}`;
      throw new BackurneError("not-found", what, { hint: "an empty path lists them" });
    }
    return { root, path, volume };
  };
  return {
    async list(place, { after, limit = LIMIT, signal } = {}) {
      if (decodePath(place.path).length === 0) return listVolumes(await findWhole(mapper, place.mapping));
      const { root, path, volume } = await find(place);
      await using tree = await openTree(root);
      const behind = after === undefined ? undefined : oneName(after);
      const page = await listDirectory(tree, path, { limit, after: behind, signal });
      const above = [volume, ...path];
      const last = page.entries.at(-1);
      return {
        path: encodePath(above),
        trail: above.map((name, at) => ({ name: showName(name), path: encodePath(above.slice(0, at + 1)) })),
        entries: page.entries.map((entry) => describe(entry, above)),
        total: page.total,
        ...(page.more && last && { next: encodePath([last.name]) }),
      };
    },
    async open(place) {
      const { root, path } = await find(place);
      await using tree = await openTree(root);
      const file = await openFile(tree, path);
      return { ...file, name: showName(path.at(-1) ?? Buffer.from(nameOf(root))) };
    },
    async archive(place, format, signal) {
      const at = await find(place);
      const name = plainName(at.path.at(-1) ?? Buffer.from(`${place.mapping}-${String(at.volume)}`));
      return { name, chunks: await openArchive(at, format, { name, executor, signal }) };
    },
  };
}

/** Half of a mapping, or one whose mounts have gone, would show directories that are empty. */
async function findWhole(mapper: Pick<Mapper, "find">, id: string): Promise<Mapping> {
  const mapping = await mapper.find(id);
  if (mapping.state === "opening") throw new BackurneError("held", `${id} is being mapped or unmapped`);
  if (mapping.state !== "ok") {
    const [why = "it was interrupted"] = mapping.differences;
    throw new BackurneError("refused", `${id} is not whole: ${printable(why)}`, { hint: "unmap it, and map it again" });
  }
  return mapping;
}

function mountpoints({ devices }: Mapping): readonly string[] {
  return devices.flatMap(({ mountpoint }) => (mountpoint === undefined ? [] : [mountpoint]));
}

function nameOf(mountpoint: string): Buffer {
  return Buffer.from(basename(mountpoint));
}

function listVolumes({ devices }: Mapping): FilePage {
  const entries = devices.flatMap(({ mountpoint, size, label }): readonly FileEntry[] => {
    if (mountpoint === undefined) return [];
    const name = nameOf(mountpoint);
    const shown = { name: showName(name), path: encodePath([name]), kind: "volume", size } as const;
    return [label === undefined ? shown : { ...shown, label: printable(label) }];
  });
  return { path: "", trail: [], entries, total: entries.length };
}

function describe({ name, ...entry }: Entry, above: Path): FileEntry {
  return { name: showName(name), path: encodePath([...above, name]), ...entry };
}

function oneName(text: string): Buffer {
  const [name, ...more] = decodePath(text);
  if (name === undefined || more.length > 0) throw new BackurneError("usage", "`after` is one name");
  return name;
}

/** Letters, digits and little more: it is told to tar, and to whoever saves it. */
function plainName(name: Buffer): string {
  return showName(name)
    .replaceAll(/[^\p{L}\p{N}._ -]/gu, "_")
    .replace(/^-/, "_");
}
