import { parseBoolean, parsePropertyString } from "./property-string.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The UUID of `smbios1` as it is written there: the old tool's chains carry it so. undefined: there is none. `base64=1`
 * concerns the other values: Proxmox never encodes the UUID, but what is encoded all the same is read too.
 */
export function smbiosUuid(smbios1: unknown): string | undefined {
  if (typeof smbios1 !== "string") return undefined;
  let values: ReadonlyMap<string, string>;
  try {
    values = parsePropertyString(smbios1, "");
  } catch {
    return undefined;
  }
  const text = values.get("uuid")?.trim() ?? "";
  const decoded = parseBoolean(values.get("base64")) ? Buffer.from(text, "base64").toString("latin1") : "";
  const uuid = [text, decoded].find((one) => UUID.test(one));
  return uuid === undefined || /^[0-]+$/.test(uuid) ? undefined : uuid;
}
