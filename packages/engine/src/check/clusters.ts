import { NO_COMMENT, shortName, type CheckProblem } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import type { Looked } from "./looked.ts";

/** What could not be looked at, what is refused, and what nobody can tell apart. */
export function findAround({ facts, candidates, plan, collisions }: Looked): readonly CheckProblem[] {
  return [
    ...unseen(facts.clusters),
    ...unconfigured(candidates),
    ...unprofiled(candidates),
    ...refused(plan),
    ...collisions.failures.map(identity),
  ];
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

/** A line for each cluster that left the configuration: its backups stay as they are, and new ones there are none. */
function unconfigured(candidates: Looked["candidates"]): readonly CheckProblem[] {
  const left = candidates.filter(
    ({ state, input }) => state.state === "unconfigured" && input.chain?.kind === "current",
  );
  const clusters = Map.groupBy(left, clusterOf);
  return [...clusters].map(([about, some]) => {
    const what = some.length === 1 ? "an image" : `${some.length} images`;
    const message = `${what} in the backup pool, of a cluster that is not in the configuration: nothing of it is backed up, and nothing expires until \`backurne forget\``;
    return { kind: "unconfigured", severity: "info", about, message };
  });
}

/** Nothing leaves them out, and nothing backs them up: a profile that left the configuration looks so, or one that nobody named yet. */
function unprofiled(candidates: Looked["candidates"]): readonly CheckProblem[] {
  const bare = candidates.filter(({ state, input }) => state.state === "present" && input.profiles.length === 0);
  return [...Map.groupBy(bare, ({ input }) => input.subject.cluster)].map(([about, some]) => {
    const [{ input }] = some as [Candidate];
    const more = some.length > 1 ? ` and ${some.length - 1} more` : "";
    const message = `no profile applies to ${input.subject.guest}/${input.subject.disk}${more}: nobody backs that up`;
    return { kind: "unprofiled", severity: "info", about, message };
  });
}

/** What the old tool made of a guest says of no cluster. */
function clusterOf({ input: { chain, subject } }: Candidate): string {
  const { marks, comment } = chain ?? { marks: {}, comment: NO_COMMENT };
  return marks.guest?.cluster ?? (comment === NO_COMMENT ? subject.cluster : "guests of no known cluster");
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
