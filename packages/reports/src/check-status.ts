import type { CheckKind, CheckProblem, Precheck } from "@backurne/model";
import { formatSpan } from "./format.ts";

/** The words and exit codes of monitoring plugins. */
export type CheckState = "ok" | "warning" | "critical" | "unknown";
export const CHECK_EXIT: Readonly<Record<CheckState, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** What `check` says of the stored problems at this moment. */
export interface CheckStatus {
  readonly version: 1;
  readonly kind: "check";
  readonly state: CheckState;
  readonly exit: number;
  readonly summary: string;
  /** Performance data: seconds where the name ends in `age` or is `oldest`, else counts. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly problems: readonly CheckProblem[];
  /** undefined: nothing stored could be read. */
  readonly precheck?: Omit<Precheck, "problems"> | undefined;
}

/** How many of a kind, in the first line. */
const WORDS: Readonly<Record<CheckKind, string>> = {
  late: "late",
  missing: "without backup",
  suspect: "suspect",
  alarm: "with a change alarm",
  unmeasured: "with an unknown change",
  unverified: "not verified in time",
  unshared: "without shared snapshot",
  leftover: "not cleaned up",
  refused: "refused",
  lease: "held too long",
  frozen: "guest left frozen",
  identity: "of one identity",
  unreadable: "with unreadable marks",
  unlisted: "not listed",
  blind: "unreadable",
  unowned: "without a guest",
  unconfigured: "not in the configuration",
  unprofiled: "without any profile",
  clock: "clock wrong",
  ending: "ending soon",
};

/** Old results are critical: nobody knows what happened since. */
export function judgePrecheck({ problems, ...precheck }: Precheck, now: number): CheckStatus {
  const age = Math.max(0, now - Date.parse(precheck.at));
  const state = stateOf(problems, age, precheck.maxAge);
  return {
    version: 1,
    kind: "check",
    state,
    exit: CHECK_EXIT[state],
    summary: summarize({ problems, ...precheck }, age),
    metrics: measure({ problems, ...precheck }, now),
    problems,
    precheck,
  };
}

/** Nothing stored could be read: that says nothing about the backups. */
export function unknownStatus(summary: string): CheckStatus {
  const state = "unknown";
  return { version: 1, kind: "check", state, exit: CHECK_EXIT[state], summary, metrics: {}, problems: [] };
}

function stateOf(problems: readonly CheckProblem[], age: number, maxAge: number): CheckState {
  if (age > maxAge || problems.some(({ severity }) => severity === "critical")) return "critical";
  if (age > warnAge(maxAge) || problems.some(({ severity }) => severity === "warning")) return "warning";
  return "ok";
}

function warnAge(maxAge: number): number {
  return (maxAge * 2) / 3;
}

function summarize({ problems, disks, maxAge }: Precheck, age: number): string {
  const kinds = [...Map.groupBy(problems, ({ kind }) => kind)];
  const counts = kinds.map(([kind, some], index) =>
    index === 0 && kind === "late"
      ? `${some.length} of ${disks} disks ${WORDS[kind]}`
      : `${some.length} ${WORDS[kind]}`,
  );
  const old = age > warnAge(maxAge) ? [`precheck has not run for ${formatSpan(age)}`] : [];
  const words = [...old, ...counts];
  return words.length > 0 ? words.join(", ") : `${disks} disks backed up in time`;
}

function measure({ problems, oldest, at }: Precheck, now: number): Readonly<Record<string, number>> {
  const count = (...kinds: readonly CheckKind[]) => problems.filter(({ kind }) => kinds.includes(kind)).length;
  const seconds = (time: string) => Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  return {
    late: count("late", "missing"),
    suspect: count("suspect"),
    refused: count("refused"),
    problems: problems.filter(({ severity }) => severity !== "info").length,
    ...(oldest !== undefined && { oldest: seconds(oldest) }),
    precheck_age: seconds(at),
  };
}

/** `late: rook/shop hourly, last good 1 h 38 min ago` */
export function describeProblem({ kind, about, message, last }: CheckProblem, now: number): string {
  const ago = last === undefined ? "" : `, last good ${formatSpan(now - Date.parse(last))} ago`;
  return `${kind}: ${about} ${message}${ago}`;
}

/** The output of a monitoring plugin: the state and performance data, then a line each. */
export function describeCheck(status: CheckStatus, now: number): readonly string[] {
  const first = `BACKURNE ${status.state.toUpperCase()} - ${plain(status.summary)}`;
  const data = performanceData(status);
  const lines = status.problems.map((problem) => plain(describeProblem(problem, now)));
  return [data === "" ? first : `${first} | ${data}`, ...lines];
}

function performanceData({ metrics, precheck }: CheckStatus): string {
  const limit = Math.round((precheck?.maxAge ?? 0) / 1000);
  const shown: Readonly<Record<string, (value: number) => string>> = {
    late: (value) => `${value};0;0`,
    oldest: (value) => `${value}s`,
    precheck_age: (value) => `${value}s;${Math.round(warnAge(limit))};${limit}`,
  };
  return Object.entries(metrics)
    .map(([name, value]) => `${name}=${shown[name]?.(value) ?? String(value)}`)
    .join(" ");
}

/** A bar begins performance data, in any line. */
function plain(text: string): string {
  return text.replaceAll("|", "¦");
}
