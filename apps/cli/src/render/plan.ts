import type { Job, Plan, RemoveStep, Skip, Step, TransferStep } from "@backurne/model";
import { printable, shortName } from "@backurne/model";
import { formatBytes } from "@backurne/reports";
import { paint } from "./look.ts";
import type { Colour, Look } from "./look.ts";
import { nameSnapshot, nameSubject } from "./names.ts";
import { renderTable } from "./table.ts";
import type { Cell } from "./table.ts";

/** More removals than this are counted, not listed. */
const LISTED = 40;

/** What would happen to every disk and why, what expires, what is refused. */
export function renderPlan(plan: Plan, look: Look): readonly string[] {
  const rows = [...plan.jobs.flatMap((job) => jobRow(job, look)), ...plan.skipped.map((skip) => skipRow(skip, look))];
  const columns = [
    { title: "DISK", give: "middle" },
    { title: "DO" },
    { title: "WHY", give: "wrap" },
    { title: "BYTES", align: "right" },
  ] as const;
  return [
    ...(rows.length > 0 ? renderTable(columns, rows, look) : ["nothing to back up"]),
    ...renderExpiry(plan, look),
    ...renderHeld(plan, look),
    ...renderTrouble(plan, look),
  ];
}

function jobRow(job: Job, look: Look): readonly (readonly Cell[])[] {
  const transfer = job.steps.find((step) => step.kind === "transfer");
  if (!transfer) return [];
  const snapshot = job.steps.find((step) => step.kind === "snapshot");
  const full = transfer.mode === "full";
  return [
    [
      nameSubject(job.subject, look),
      full ? { text: "FULL", colour: "yellow" } : "incr",
      [snapshot?.because, describeBase(transfer, look), snapshot?.freeze ? "freeze" : ""].filter(Boolean).join(", "),
      transfer.bytes === undefined ? "" : `~${formatBytes(transfer.bytes)}`,
    ],
  ];
}

function describeBase({ base, because }: TransferStep, look: Look): string {
  return base === undefined ? because : `base ${nameSnapshot(base, look)} (${because})`;
}

const COLOUR_OF: Readonly<Record<Skip["do"], Colour>> = { wait: "dim", skip: "dim", fade: "yellow", keep: "dim" };

function skipRow(skip: Skip, look: Look): readonly Cell[] {
  const colour = COLOUR_OF[skip.do];
  return [nameSubject(skip.subject, look), { text: skip.do, colour }, { text: skip.because, colour }, ""];
}

function renderExpiry({ jobs }: Plan, look: Look): readonly string[] {
  const steps = jobs.flatMap((job) => job.steps.map((step) => ({ job, step })));
  const removals = steps.filter((one): one is { job: Job; step: RemoveStep } => one.step.kind === "remove");
  const on = (side: string) => removals.filter(({ step }) => step.side === side).length;
  const changes = steps.flatMap(({ step }) => describeChange(step));
  if (removals.length === 0 && changes.length === 0) return [];
  const rows = removals.map(({ job, step }) => [
    nameSubject(job.subject, look),
    step.side,
    nameSnapshot(step.snapshot, look),
    step.because,
  ]);
  const columns = [
    { title: "EXPIRES", give: "middle" },
    { title: "ON" },
    { title: "SNAPSHOT", give: "middle" },
    { title: "WHY", give: "wrap" },
  ] as const;
  const listed = rows.length > 0 && rows.length <= LISTED;
  return [
    "",
    ...(listed ? [...renderTable(columns, rows, look), ""] : []),
    ...changes,
    `expire  backup ${on("backup")}  live ${on("live")}${rows.length > LISTED ? "  (each one: plan --json, explain IMAGE)" : ""}`,
  ];
}

function describeChange(step: Step): readonly string[] {
  if (step.kind === "trash") return [printable(`trash   ${step.image}: ${step.because}`)];
  if (step.kind === "rename") return [printable(`rename  ${step.from} to ${step.to}: ${step.because}`)];
  if (step.kind === "transfer" && step.closes !== undefined)
    return [printable(`close   ${step.closes} as an old generation`)];
  return [];
}

function renderHeld({ held = [] }: Plan, look: Look): readonly string[] {
  return held.map(({ subject, points, because }) => {
    const count = points === 1 ? "1 point" : `${points} points`;
    return printable(`held    ${nameSubject(subject, look)}: ${count}${because === undefined ? "" : `, ${because}`}`);
  });
}

function renderTrouble({ refused, warnings, failures }: Plan, look: Look): readonly string[] {
  const line = (colour: Colour, text: string) => paint(printable(text), colour, look);
  return [
    ...warnings.map(({ about, message }) => line("yellow", `WARN ${about}  ${message}`)),
    ...refused.map(({ scope, subject, because }) =>
      line("red", `REFUSED ${scope} ${subject ? `${shortName(subject)}: ` : ""}${because}`),
    ),
    ...failures.map(({ about, message }) => line("red", `FAIL ${about}  ${message}`)),
  ];
}
