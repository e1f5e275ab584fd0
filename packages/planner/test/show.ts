import { shortName, type Job, type Plan, type Step } from "@backurne/model";

/** A plan as text, one line per decision, for goldens. */
export function show(plan: Plan): string {
  const text = [
    ...plan.jobs.flatMap(showJob),
    ...plan.skipped.map(
      (skip) => `${skip.do} ${shortName(skip.subject)} [${skip.state}] ${skip.because}${nextOf(skip.next)}`,
    ),
    ...plan.refused.map((one) => `REFUSED ${one.scope} ${one.subject?.image ?? ""} (${one.removals}) ${one.because}`),
    ...plan.warnings.map((one) => `WARN ${one.about}: ${one.message}`),
    ...plan.failures.map((one) => `FAIL ${one.about}: ${one.message}`),
  ];
  return `${text.map((line) => line.trimEnd()).join("\n")}\n`;
}

function nextOf(next: number | undefined): string {
  return next === undefined ? "" : ` -> ${new Date(next).toISOString()}`;
}

function showJob(job: Job): readonly string[] {
  const head = `job ${job.id} [lane ${job.lane}${job.priority === "high" ? ", high" : ""}, lock ${job.lock}]`;
  return [head, ...job.steps.map((step) => `  ${showStep(step)}`)];
}

function showStep(step: Step): string {
  switch (step.kind) {
    case "snapshot":
      return `snapshot ${step.names.map((one) => `${one.profile};${one.count}`).join(" + ")}  -- ${step.because}`;
    case "transfer": {
      const base = step.base === undefined ? "" : ` from ${step.base}`;
      const closes = step.closes === undefined ? "" : ` closes ${step.closes}`;
      return `${step.mode}${base}${closes}  -- ${step.because}`;
    }
    case "remove":
      return `${step.ordinary ? "remove" : "REMOVE"} ${step.side} ${step.image} @ ${step.snapshot}  -- ${step.because}`;
    case "trash":
      return `trash ${step.image}  -- ${step.because}`;
    case "rename":
      return `rename ${step.from} ${step.to}  -- ${step.because}`;
  }
}
