import { shortName, type CheckProblem } from "@backurne/model";
import { doubtListing } from "@backurne/planner";
import type { Looked } from "./looked.ts";

/** What could not be looked at, what is refused, and what nobody can tell apart. */
export function findAround({ facts, plan, collisions }: Looked): readonly CheckProblem[] {
  return [...unseen(facts.clusters), ...doubted(facts), ...refused(plan), ...collisions.failures.map(identity)];
}

function doubted({ clusters, configured, chains }: Looked["facts"]): readonly CheckProblem[] {
  return clusters.flatMap((facts): readonly CheckProblem[] => {
    const message = doubtListing(facts, { clusters, configured, pool: { chains } });
    return message === undefined
      ? []
      : [{ kind: "unlisted", severity: "critical", about: facts.cluster.name, message }];
  });
}

function unseen(clusters: Looked["facts"]["clusters"]): readonly CheckProblem[] {
  return clusters.flatMap(({ cluster: { name }, disks, failure, blind = [] }): readonly CheckProblem[] => {
    if (!disks) {
      const message = failure ?? "could not be listed";
      return [{ kind: "unlisted", severity: "critical", about: name, message }];
    }
    return blind.map(({ about, because }) => ({
      kind: "blind",
      severity: "warning",
      about: `${name}/${about}`,
      message: because,
    }));
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
