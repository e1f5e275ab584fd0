import { BackurneError } from "@backurne/model";

export type Values = Readonly<Record<string, unknown>>;

/**
 * Encodes the identifiers of a path: the segments where the template has a `*`. proxmox-api's proxy encodes only
 * their `/`, which no identifier of Proxmox has.
 */
export function encodePath(path: string, template: string): string {
  const marks = template.split("/");
  return path
    .split("/")
    .map((segment, at) => (marks[at] === "*" ? encodeIdentifier(segment.replaceAll("%2F", "/")) : segment))
    .join("/");
}

function encodeIdentifier(text: string): string {
  // Servers and proxies take these out of a path, encoded or not.
  if (text === "" || text === "." || text === "..") {
    throw new BackurneError("unexpected", `"${text}" is not an identifier that Proxmox can have given`);
  }
  return encodeURIComponent(text);
}

/** As Proxmox reads them in a query or a form: booleans are 0 and 1, lists repeat their name. */
export function encodeValues(values: Values): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null)
      .map((one): [string, string] => [name, typeof one === "boolean" ? String(Number(one)) : String(one)]),
  );
  return new URLSearchParams(pairs).toString();
}
