import { BackurneError, parseLocalTime } from "@backurne/model";

/** What stands behind `--until`, in epoch ms. */
export function readUntil(text: string, zone: string): number {
  const until = parseLocalTime(text, zone);
  if (until !== undefined) return until;
  throw new BackurneError("usage", `--until ${text} is no time`, {
    hint: "local time, as 2027-01-01 or 2027-01-01T12:00",
  });
}
