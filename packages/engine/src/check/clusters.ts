import { shortName, type CheckProblem } from "@backurne/model";
import type { Looked } from "./looked.ts";

/** What could not be looked at, what is refused, and what nobody can tell apart. */
export function findAround({ facts, plan, collisions }: Looked): readonly CheckProblem[] {
  return [...unseen(facts.clusters), ...refused(plan), ...collisions.failures.map(identity)];
}

function unseen(clusters: Looked["facts"]["clusters"]): readonly CheckProblem[] {
  return clusters.flatMap(({ cluster: { name }, disks, failure, doubt, blind = [] }): readonly CheckProblem[] => {
    const unlisted = (message: string) => ({ kind: "unlisted", severity: "critical", about: name, message }) as const;
    if (!disks) return [unlisted(failure ?? "could not be listed")];
    const spots = blind.map(
      ({ about, because }) =>
        ({ kind: "blind", severity: "warning", about: `${name}/${about}`, message: because }) as const,
    );
    return doubt === undefined ? spots : [unlisted(doubt), ...spots];
  });
}

function refused(plan: Looked["plan"]): readonly CheckProblem[] {
  return plan.refused.map(({ subject, because }) => ({
    kind: "refused",
    severity: "warning",
    about: subject ? shortName(subject) : "the backup pool",
    ...(subject && { image: subject.image }),
    message: because,
  }));
}

function identity({ about, message }: Looked["collisions"]["failures"][number]): CheckProblem {
  return { kind: "identity", severity: "critical", about, message };
}
