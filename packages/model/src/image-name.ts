/** The primary key of a backup image. The comment (a guest's name) may change, the key does not. */
export interface ImageKey {
  readonly ident: string;
  readonly disk: string;
}

export interface ImageName extends ImageKey {
  readonly comment: string;
}

/** The only names in a backup pool that are anything to us; everything else is somebody else's. */
export type BackupImage =
  | ({ readonly kind: "current" } & ImageName)
  | ({ readonly kind: "closed"; readonly closedAt: string; readonly imageId: string } & ImageName)
  | { readonly kind: "partial"; readonly uuid: string }
  | { readonly kind: "restore" }
  | { readonly kind: "foreign" };

/** What plain clusters carry as comment, since the old tool did. */
export const NO_COMMENT = "None";

const PARTIAL = /^partial-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const CLOSED = /^closed-(\d{8}T\d{6}(?:\.\d{3})?Z)-([0-9a-zA-Z]+);/;

/**
 * Reads a name of the backup pool. `encoded`: the image carries the mark `backurne.encoded`; only then
 * are `%xx` decoded, since an old `alpha;a%20b;None` is the image `a%20b`.
 */
export function parseImageName(name: string, encoded = false): BackupImage {
  if (name.startsWith("restore-")) return { kind: "restore" };
  const partial = PARTIAL.exec(name);
  if (partial) return { kind: "partial", uuid: partial[1] as string };
  const closed = CLOSED.exec(name);
  if (closed) {
    const parts = splitParts(name.slice(closed[0].length), encoded);
    if (parts)
      return {
        kind: "closed",
        closedAt: closed[1] as string,
        imageId: closed[2] as string,
        ...parts,
      };
  }
  if (/^(partial|closed)-/.test(name)) return { kind: "foreign" };
  const parts = splitParts(name, encoded);
  if (!parts) return { kind: "foreign" };
  if (encoded) return { kind: "current", ...parts };
  if (isNobodys(parts)) return { kind: "closed", closedAt: "", imageId: "", ...parts };
  return { kind: "current", ...parts, ident: parts.ident.replace(OVERREAD, "$1") };
}

// The old tool read `smbios1` up to its end: `uuid=…,manufacturer=…` became one word.
const OVERREAD = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}),[a-z0-9]+=?.*$/su;

/** It read `base64=1,…` as `1,…`, so that guests of all kinds shared one identity: nobody goes on with such a chain. */
export function isNobodys({ ident }: ImageKey): boolean {
  return /^1,[a-z0-9]+=?/.test(ident);
}

// From both ends: a source name may itself contain `;`.
function splitParts(text: string, encoded: boolean): ImageName | undefined {
  const first = text.indexOf(";");
  const last = text.lastIndexOf(";");
  if (first < 1 || last === first) return undefined;
  const read = encoded ? decodePart : (part: string) => part;
  return {
    ident: read(text.slice(0, first)),
    disk: read(text.slice(first + 1, last)),
    comment: read(text.slice(last + 1)),
  };
}

export function formatImageName(name: ImageName): string {
  return [name.ident, name.disk, name.comment].map(encodePart).join(";");
}

/** An old generation, under a name of its own: never received into again. */
export function formatClosedName(currentName: string, imageId: string, at: number): string {
  return `closed-${new Date(at).toISOString().replace(/[-:]/g, "")}-${imageId};${currentName}`;
}

/** Whether a name we create for these parts has to carry the mark `backurne.encoded`. */
export function needsEncoding(name: ImageName): boolean {
  return [name.ident, name.disk, name.comment].some((part) => encodePart(part) !== part);
}

export function formatKey(key: ImageKey): string {
  return `${encodePart(key.ident)};${encodePart(key.disk)}`;
}

// Nearly every part is safe as it is, and a plan asks for tens of thousands of keys.
const SAFE = /^[A-Za-z0-9._:+-]*$/;

function encodePart(part: string): string {
  if (SAFE.test(part)) return part;
  return [...new TextEncoder().encode(part)].map(encodeByte).join("");
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return SAFE.test(character) ? character : hex(byte);
}

function hex(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not something we wrote; better shown as it is than not at all
  }
}
