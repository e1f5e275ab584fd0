import type { Plan, RunReport } from "@backurne/model";
import type { Ran } from "./arena.ts";

/** How each disk travelled, by guest and disk, or why it did not. */
export function modes({ jobs }: RunReport): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    jobs.map(({ subject, outcome, mode, failure }) => [nameOf(subject), failure?.message ?? mode ?? outcome]),
  );
}

/** How still each guest stood. */
export function consistencies({ jobs }: RunReport): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(jobs.map(({ subject, consistency }) => [nameOf(subject), consistency?.kind]));
}

/** Everything that a run would rather not have to say. */
export function troubles({ jobs, failures, warnings, refused }: RunReport): readonly string[] {
  return [
    ...jobs.flatMap(({ subject, failure }) => (failure ? `${nameOf(subject)}: ${failure.message}` : [])),
    ...failures.map(({ about, failure }) => `${about}: ${failure.message}`),
    ...warnings.map(({ about, message }) => `${about}: ${message}`),
    ...refused.map(({ because }) => because),
  ];
}

/** Why disks were left out. */
export function reasons({ skipped }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(skipped.map(({ subject, because }) => [nameOf(subject), because]));
}

export function planOf({ events }: Ran): Plan {
  const plan = events.find((event) => event.kind === "plan");
  if (!plan) throw new Error("the run planned nothing");
  return plan;
}

function nameOf({ guest, disk }: { readonly guest: string; readonly disk: string }): string {
  return `${guest}/${disk}`;
}
