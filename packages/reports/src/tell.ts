import { printable, shortName } from "@backurne/model";
import type { RunEvent, Subject } from "@backurne/model";
import { describeEvent, warn } from "./describe-event.ts";
import type { Told } from "./describe-event.ts";

/** Turns the events of one run into lines, safe to print; most events are worth none, and nothing is said twice. */
export function startTelling(): (event: RunEvent) => readonly Told[] {
  const subjects = new Map<string, Subject>();
  const freezing = new Set<string>();
  const said = new Set<string>();

  /** A guest that was to stand still and did not; where that was said already, each of its disks need not say it again. */
  function warnOfMotion({ job, consistency }: Extract<RunEvent, { kind: "snapshot-made" }>): readonly Told[] {
    const subject = subjects.get(job);
    if (!subject || !freezing.has(job) || consistency.kind !== "crash-consistent") return [];
    const { skew, because = "it did not stand still" } = consistency;
    const about = `${subject.cluster}/${subject.guest}`;
    const known = [...said].some(
      (text) => text.startsWith(printable(`WARN ${about}  `)) && text.includes(printable(because)),
    );
    return known ? [] : warn(about, `${because}; crash-consistent${skew > 0 ? `, skew ${skew} ms` : ""}`);
  }

  return (event) => {
    for (const [job, subject] of namedBy(event)) subjects.set(job, subject);
    for (const job of frozenBy(event)) freezing.add(job);
    const told = event.kind === "snapshot-made" ? warnOfMotion(event) : describeEvent(event, label);
    return told
      .map(({ level, text }) => ({ level, text: printable(text) }))
      .filter(({ level, text }) => level === "info" || (!said.has(text) && said.add(text)));
  };

  function label(job: string): string {
    const subject = subjects.get(job);
    return subject ? shortName(subject) : job;
  }
}

function namedBy(event: RunEvent): readonly (readonly [string, Subject])[] {
  if (event.kind === "plan") return event.jobs.map((job) => [job.id, job.subject]);
  if (event.kind === "job-started" || event.kind === "job-ended") return [[event.job, event.subject]];
  return [];
}

/** Jobs whose guest is to stand still. */
function frozenBy(event: RunEvent): readonly string[] {
  if (event.kind !== "plan") return [];
  const freezes = event.jobs.filter(({ steps }) => steps.some((step) => step.kind === "snapshot" && step.freeze));
  return freezes.map(({ id }) => id);
}
