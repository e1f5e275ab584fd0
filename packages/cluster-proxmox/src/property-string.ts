import { BackurneError } from "@backurne/model";

/**
 * Proxmox's `local:vm-1-disk-0,size=32G,backup=0`: values by key; the one value without a key gets the default key.
 * A value may hold `=`, and never a comma. Throws on what Proxmox would not accept either.
 */
export function parsePropertyString(text: string, defaultKey: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const [, key = defaultKey, value = part] = /^([^=]+)=(.+)$/s.exec(part) ?? [];
    if (value === part && part.includes("=")) throw unreadable(text, `"${part}" lacks its key or value`);
    if (values.has(key)) throw unreadable(text, `${key} stands in it twice`);
    values.set(key, value);
  }
  return values;
}

/** undefined: none of the words Proxmox takes for yes and no. */
export function parseBoolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(1|on|yes|true)$/i.test(text)) return true;
  return /^(0|off|no|false)$/i.test(text) ? false : undefined;
}

function unreadable(text: string, because: string): BackurneError {
  return new BackurneError("unexpected", `cannot read "${text.slice(0, 200)}": ${because}`);
}
