import { BackurneError, wallTimeToEpoch } from "@backurne/model";

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?)?$/;

/** A local time, as people write it, in epoch ms. A date alone is its first minute. */
export function readUntil(text: string, zone: string): number {
  const [, day = "", clock = "00:00"] = LOCAL.exec(text) ?? [];
  const wall = Date.parse(`${day}T${clock}:00.000Z`);
  // There is no 31st of February.
  if (!Number.isNaN(wall) && new Date(wall).toISOString().startsWith(day)) return wallTimeToEpoch(wall, zone);
  throw new BackurneError("usage", `--until ${text} is no time`, {
    hint: "local time, as 2027-01-01 or 2027-01-01T12:00",
  });
}
