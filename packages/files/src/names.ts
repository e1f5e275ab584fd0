import { BackurneError, printable } from "@backurne/model";

/** Names of a guest, from its root on. They are bytes, and may be no text at all. */
export type Path = readonly Buffer[];

/** The longest path the kernel takes, with its end. Bytes. */
const LONGEST = 4096;

/**
 * As it stands in a URL: `p1/caf%E9` are the names `p1` and `caf\xe9`.
 * @throws BackurneError `usage`: it is no path, or leads upwards.
 */
export function decodePath(text: string): Path {
  if (/%(?![\da-f]{2})/i.test(text))
    throw new BackurneError("usage", "a path is percent-encoded, and `%` itself is %25");
  const bytes = Buffer.concat(
    text
      .split(/((?:%[\da-f]{2})+)/i)
      .map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part.replaceAll("%", ""), "hex"))),
  );
  if (bytes.includes(0)) throw new BackurneError("usage", "no path has a NUL in it");
  if (bytes.length >= LONGEST) throw new BackurneError("usage", `a path has less than ${LONGEST} bytes`);
  const path = splitPath(bytes);
  if (path.some(isUp)) throw new BackurneError("usage", "a path leads down only: there is no `..` in it");
  return path;
}

/** The other way round, with nothing in it that means something to a URL. */
export function encodePath(path: Path): string {
  return path
    .map((name) =>
      name.toString("latin1").replaceAll(/[^\w.~-]/g, (byte) => {
        return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
      }),
    )
    .join("/");
}

/** As the kernel reads it: empty names and `.` say nothing. */
export function splitPath(bytes: Buffer): Path {
  const names: Buffer[] = [];
  for (let from = 0; from <= bytes.length;) {
    const slash = bytes.indexOf("/", from);
    const to = slash < 0 ? bytes.length : slash;
    if (to > from && !(to === from + 1 && bytes[from] === 0x2e)) names.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return names;
}

export function joinPath(path: Path): Buffer {
  return Buffer.concat(path.flatMap((name, index) => (index === 0 ? [name] : [Buffer.from("/"), name])));
}

export function isUp(name: Buffer): boolean {
  return name.equals(Buffer.from(".."));
}

/** A damaged or forged directory may say anything. */
export function isName(name: Buffer): boolean {
  return name.length > 0 && !name.includes("/") && !name.includes(0) && !isUp(name) && !name.equals(Buffer.from("."));
}

/** For people, on one line. What is no text has each byte escaped that is not ASCII. */
export function showName(name: Buffer): string {
  const text = name.toString("utf8");
  if (Buffer.from(text).equals(name)) return printable(text);
  const escaped = name.toString("latin1").replaceAll(/[^\0-\x7f]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
  return printable(escaped);
}

export function showPath(path: Path): string {
  return path.map(showName).join("/");
}
