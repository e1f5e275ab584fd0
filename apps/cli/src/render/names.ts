import { parseSnapshotName, shortName } from "@backurne/model";
import type { Subject } from "@backurne/model";
import { formatLocalTime } from "@backurne/reports";
import type { Look } from "./look.ts";

export function nameSubject(subject: Subject, { uuid }: Look): string {
  return uuid ? subject.image : shortName(subject);
}

export function nameImage({ uuid, reference }: { uuid: string; reference: string }, look: Look): string {
  return look.uuid ? uuid : reference;
}

/** `hourly 2026-11-02 10:58` for one of ours, the name itself for any other. */
export function nameSnapshot(name: string, look: Look): string {
  if (look.uuid) return name;
  const parsed = parseSnapshotName(name, look.names);
  return parsed ? `${parsed.profile} ${formatMinute(parsed.time, look)}` : name;
}

/** `hourly+daily`: the profiles of snapshots that share one time. */
export function nameProfiles(names: readonly string[], look: Look): string {
  return names.map((name) => parseSnapshotName(name, look.names)?.profile ?? name).join("+");
}

export function formatMinute(time: string | number, { zone }: Pick<Look, "zone">): string {
  return formatLocalTime(time, zone).slice(0, 16);
}

export function formatDay(time: string | number, { zone }: Pick<Look, "zone">): string {
  return formatLocalTime(time, zone).slice(0, 10);
}
