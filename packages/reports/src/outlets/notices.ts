import {
  shortName,
  type CheckProblem,
  type JobReport,
  type NoticeKind,
  type Precheck,
  type RunReport,
} from "@backurne/model";
import { describeProblem } from "../check-status.ts";

/** What is wrong, by a name that stays the same while it lasts. */
export interface Trouble {
  readonly key: string;
  readonly kind: "failure" | "late";
  readonly text: string;
}

/** What was told, so that nobody is told twice. */
export interface Told {
  readonly version: 1;
  /** By key. */
  readonly troubles: Readonly<Record<string, Remembered>>;
  /** When the last one was due, ISO 8601. */
  readonly digest?: string | undefined;
  /** By the way (`mail`): what it should have told, and could not. All others have. */
  readonly owed?: Readonly<Record<string, News>> | undefined;
}

/** What is to be said, by the key of each trouble; and whether how it went is to be said, too. */
export interface News {
  readonly items: Readonly<Record<string, Item>>;
  readonly digest: boolean;
}

interface Item {
  readonly kind: Exclude<NoticeKind, "digest">;
  readonly part: "fresh" | "lasting" | "over";
  readonly text: string;
}

interface Remembered {
  readonly text: string;
  readonly lasts: boolean;
  /** When it was told last, ISO 8601. */
  readonly told: string;
  /** It has come again too soon to be told: then nobody is told that it is over, either. */
  readonly quiet?: boolean | undefined;
}

/** One message. */
export interface Notice {
  readonly version: 1;
  readonly kind: "notice";
  readonly at: string;
  readonly host: string;
  readonly about: readonly NoticeKind[];
  readonly subject: string;
  readonly fresh: readonly string[];
  readonly lasting: readonly string[];
  readonly over: readonly string[];
  /** What was done since the last one, where this is a digest. */
  readonly summary?: string | undefined;
}

export interface Situation {
  readonly now: number;
  readonly host: string;
  /** Of the run that has just ended; undefined: there was none, only a precheck. */
  readonly report?: RunReport | undefined;
  /** The newest run that has ended on this host; undefined: none that is remembered. */
  readonly last?: RunReport | undefined;
  /** undefined: nothing stored could be read, or a precheck has just failed. */
  readonly precheck?: Precheck | undefined;
  /** Why it failed. */
  readonly failure?: string | undefined;
}

export interface Manner {
  readonly on: readonly NoticeKind[];
  /** ms */
  readonly again: number;
}

const DAY = 86_400_000;
/**
 * How far from yesterday's time, ms, a digest is today's all the same. A precheck comes at any time, and leaves a run the time it
 * usually takes to tell by itself.
 */
const EARLY = { run: 2 * 3_600_000, precheck: 10 * 60_000 };
const LATE = 2 * 3_600_000;
const FAILED = "failed: ";
const PRECHECK = `${FAILED}precheck`;
/** Over when all went well. */
const OF_NOBODY: readonly string[] = ["the run", "the trash", "report_time"];
/** Neither do those: a key that several disks have, and the rest of a first backup. */
const OF_NO_DISK = /;|^partial-/;
/** What is longer than a life of being told is forgotten. */
const FORGOTTEN = 30 * DAY;

export const nothingTold: Told = { version: 1, troubles: {} };

/** What is new, what has lasted long enough to be told again, what is over; and once a day how it went. */
export function decideNews(
  situation: Situation,
  told: Told,
  { on, again }: Manner,
): { readonly news: News; readonly told: Told } {
  const { now } = situation;
  const at = new Date(now).toISOString();
  const wanted = troublesOf(situation).filter(({ kind }) => on.includes(kind));
  const here = new Map(wanted.map((trouble) => [trouble.key, trouble]));
  const before = Object.entries(told.troubles);
  const due = (key: string): boolean => {
    const last = told.troubles[key]?.told;
    return last === undefined || now - Date.parse(last) >= again;
  };
  const spoken = wanted.filter(({ key }) => due(key));
  const gone = before.filter(([key, { lasts }]) => lasts && !here.has(key) && isOver(key, situation));
  const over = on.includes("recovery") ? gone.filter(([, { quiet }]) => quiet !== true) : [];
  const digest = on.includes("digest") ? digestDue(situation, told) : undefined;
  const items = [
    ...spoken.map(({ key, kind, text }) => {
      const part = told.troubles[key]?.lasts === true ? "lasting" : "fresh";
      return [key, { kind, part, text } satisfies Item] as const;
    }),
    ...over.map(([key, { text }]) => [key, { kind: "recovery", part: "over", text } satisfies Item] as const),
  ];
  const said = new Set(spoken.map(({ key }) => key));
  const kept = before
    .filter(([key, one]) => !here.has(key) && now - Date.parse(one.told) < FORGOTTEN)
    .map(([key, one]) => [key, { ...one, lasts: one.lasts && !gone.some(([other]) => other === key) }] as const);
  const current = wanted.map(({ key, text }) => {
    const last = told.troubles[key];
    if (said.has(key)) return [key, { text, lasts: true, told: at }] as const;
    return [key, { text, lasts: true, told: last?.told ?? at, quiet: last?.lasts !== true || last.quiet }] as const;
  });
  const next: Told = {
    version: 1,
    troubles: Object.fromEntries([...kept, ...current]),
    ...(digest === undefined ? told.digest !== undefined && { digest: told.digest } : { digest }),
  };
  return { news: { items: Object.fromEntries(items), digest: digest !== undefined }, told: next };
}

/**
 * With what one way could not tell before, as it is now: what was new then is new to whoever listens there. What is over since
 * and is not to be told of is forgotten, and so is what was over and has come again.
 */
export function addOwed(news: News, owed: News | undefined, situation: Situation): News {
  if (!owed) return news;
  const texts = new Map(troublesOf(situation).map(({ key, text }) => [key, text]));
  const items = new Map<string, Item>();
  for (const [key, item] of Object.entries(owed.items)) {
    if (item.part === "over" ? texts.has(key) : !texts.has(key) && isOver(key, situation)) continue;
    items.set(key, { ...item, text: texts.get(key) ?? item.text });
  }
  for (const [key, item] of Object.entries(news.items)) {
    const isNew = items.get(key)?.part === "fresh" && item.part === "lasting";
    items.set(key, isNew ? { ...item, part: "fresh" } : item);
  }
  return { items: Object.fromEntries(items), digest: news.digest || owed.digest };
}

/** At most one message; undefined: there is nothing to say. */
export function writeNotice({ items, digest }: News, situation: Situation): Notice | undefined {
  const { now, host } = situation;
  const all = Object.values(items);
  const about = new Set<NoticeKind>(all.map(({ kind }) => kind));
  if (digest) about.add("digest");
  if (about.size === 0) return undefined;
  const textsOf = (wanted: Item["part"]) => all.filter(({ part }) => part === wanted).map(({ text }) => text);
  const parts = { fresh: textsOf("fresh"), lasting: textsOf("lasting"), over: textsOf("over") };
  return {
    version: 1,
    kind: "notice",
    at: new Date(now).toISOString(),
    host,
    about: [...about],
    subject: subjectOf(parts, host),
    ...parts,
    ...(digest && { summary: summarize(situation) }),
  };
}

function troublesOf({ report, precheck, failure: why, now }: Situation): readonly Trouble[] {
  const found: Trouble[] = [];
  if (why !== undefined) found.push({ key: PRECHECK, kind: "failure", text: `precheck: ${why}` });
  for (const job of report?.jobs ?? []) {
    if (job.outcome === "failed") found.push({ key: keyOfJob(job), kind: "failure", text: describeJob(job) });
  }
  for (const { about, failure } of report?.failures ?? []) {
    found.push({ key: `${FAILED}${about}`, kind: "failure", text: `${about}: ${failure.message}` });
  }
  // A run that was refused has failed; precheck says the same of it.
  const refused = (report?.refused ?? []).map(({ subject, because }) => {
    const about = subject ? shortName(subject) : "the backup pool";
    return { key: `check refused ${about}`, kind: "failure", text: `refused ${about}: ${because}` } as const;
  });
  found.push(...new Map(refused.map((one) => [one.key, one])).values());
  for (const problem of precheck?.problems ?? []) {
    if (problem.severity === "info" || refused.some(({ key }) => key === keyOfProblem(problem))) continue;
    found.push({ key: keyOfProblem(problem), kind: "late", text: describeProblem(problem, now) });
  }
  return found;
}

const isDone = ({ outcome }: JobReport): boolean => outcome === "done";

/**
 * Who did not look cannot know: a run that was about something else, or was stopped, says nothing of what failed before.
 * Something of the same cluster, or guest, has to be backed up again.
 */
function isOver(key: string, { report, precheck }: Situation): boolean {
  if (key.startsWith("job ")) return report?.jobs.some((job) => keyOfJob(job) === key && isDone(job)) ?? false;
  if (key === PRECHECK) return precheck !== undefined;
  if (!key.startsWith(FAILED)) return precheck !== undefined && isGoneFrom(precheck, key);
  const about = key.slice(FAILED.length);
  if (OF_NOBODY.includes(about)) return report?.exit === 0;
  if (OF_NO_DISK.test(about)) return report?.exit === 0 && report.jobs.some(isDone);
  const [first] = about.split("/");
  const isOf = ({ cluster, guest, image }: JobReport["subject"]): boolean =>
    cluster === first || guest === about || image === about;
  return report?.jobs.some((job) => isOf(job.subject) && isDone(job)) ?? false;
}

/** What it could not look at it says nothing about. */
function isGoneFrom({ problems }: Precheck, key: string): boolean {
  return !problems.some((problem) => {
    const { kind, about } = problem;
    if (kind === "clock" || keyOfProblem(problem) === key) return true;
    return (kind === "unlisted" || kind === "blind") && `${key}/`.includes(` ${about}/`);
  });
}

/** The time that counts as told, so that it does not wander through the day; undefined: not yet, or nobody has looked. */
function digestDue({ report, precheck, failure, now }: Situation, { digest }: Told): string | undefined {
  if (report === undefined && precheck === undefined && failure === undefined) return undefined;
  if (digest === undefined) return new Date(now).toISOString();
  const due = Date.parse(digest) + DAY;
  if (now <= due - (report ? EARLY.run : EARLY.precheck)) return undefined;
  return new Date(now < due + LATE ? due : now).toISOString();
}

function keyOfJob({ subject }: JobReport): string {
  return `job ${subject.image}`;
}

function keyOfProblem({ kind, about }: CheckProblem): string {
  return `check ${kind} ${about}`;
}

function describeJob({ subject, failure }: JobReport): string {
  return `${shortName(subject)}: ${failure?.message ?? "failed"}`;
}

/** All that is wrong, whatever else is told. */
function summarize(situation: Situation): string {
  const { report, last } = situation;
  const run = report ?? last;
  const troubles = troublesOf({ ...situation, report: run }).length;
  const state = troubles === 0 ? "nothing is wrong" : `${troubles} ${troubles === 1 ? "thing is" : "things are"} wrong`;
  if (!run) return `${state}; no run of this host is remembered`;
  const { started, ended } = run;
  const { done, failed, held, bytes } = run.totals;
  const ms = Date.parse(ended) - Date.parse(started);
  const when = report ? "" : `, of ${ended}`;
  return `${state}; the last run${when}: ${done} done, ${failed} failed, ${held} held, ${bytes} bytes in ${Math.round(ms / 1000)} s`;
}

function subjectOf({ fresh, lasting, over }: Pick<Notice, "fresh" | "lasting" | "over">, host: string): string {
  const words = [
    fresh.length > 0 ? `${fresh.length} new` : "",
    lasting.length > 0 ? `${lasting.length} still` : "",
    over.length > 0 ? `${over.length} over` : "",
  ].filter(Boolean);
  return `backurne on ${host}: ${words.length > 0 ? words.join(", ") : "all as it was"}`;
}
