import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, printable, type NotifySettings, type Precheck, type RunReport } from "@backurne/model";
import { replaceFile } from "../replace-file.ts";
import { openRunFiles } from "../run-files.ts";
import { alone } from "./alone.ts";
import { sendMail } from "./mail.ts";
import { decideNotice, nothingTold, type Notice, type Told } from "./notices.ts";
import { untold, type RunProgram, type Untold } from "./outlet.ts";
import { post } from "./post.ts";

export interface NotifyTools {
  readonly stateDir: string;
  readonly host: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly run: RunProgram;
  /** What precheck has stored on this host. */
  readonly precheck: () => Promise<Precheck | undefined>;
}

/** What has just ended: a run, or a precheck alone, well or not. */
export interface Ended {
  readonly report?: RunReport | undefined;
  /** What went wrong with the precheck. */
  readonly failure?: unknown;
}

/**
 * Tells who is to be told, after a run or a precheck. Never throws, and answers who could not be told. What nobody could be
 * told counts as not told: the next run tries again. Runs of several processes of this host tell one after the other.
 */
export async function notify(settings: NotifySettings, ended: Ended, tools: NotifyTools): Promise<readonly Untold[]> {
  return alone(tools.stateDir, () => tell(settings, ended, tools));
}

async function tell(settings: NotifySettings, { report, failure }: Ended, tools: NotifyTools) {
  const { stateDir, host, now } = tools;
  const lost: Untold[] = [];
  const file = join(stateDir, "notices.json");
  const before = await read(file);
  // What is stored is of another time where it has just failed.
  const failed = failure !== undefined || report?.failures.some(({ about }) => about === "precheck") === true;
  const found = {
    precheck: failed ? undefined : await tools.precheck().catch(() => undefined),
    failure: failure === undefined ? undefined : printable(describeError(failure)),
  };
  const situation = { now: now(), host, report, ...found };
  let decided = decideNotice(situation, before, settings);
  // All run files are read only where a digest tells of one.
  if (decided.notice?.summary !== undefined && !report) {
    decided = decideNotice({ ...situation, last: await lastRun(stateDir) }, before, settings);
  }
  const { notice, told } = decided;
  if (notice) {
    const ways = waysOf(settings, notice, tools);
    const ended = await Promise.allSettled(ways.map(([, way]) => way()));
    ended.forEach((end, index) => {
      if (end.status === "rejected") lost.push(untold("notify", end.reason, ways[index]?.[0]));
    });
    if (lost.length === ways.length) return lost;
  }
  await keep(file, told).catch((error: unknown) =>
    lost.push(untold("notify", error, "what was told is not remembered")),
  );
  return lost;
}

type Way = readonly [name: string, tell: () => Promise<void>];

function waysOf({ mail, webhook, command }: NotifySettings, notice: Notice, { run }: NotifyTools): readonly Way[] {
  const body = `${JSON.stringify(notice)}\n`;
  return [
    ...(mail ? [["mail", () => sendMail(mail, notice)] as const] : []),
    ...(webhook ? [["webhook", () => tellWebhook(webhook, body)] as const] : []),
    ...(command === undefined ? [] : [["command", () => run(command, [], body)] as const]),
  ];
}

function tellWebhook({ url, token, tls }: NonNullable<NotifySettings["webhook"]>, body: string): Promise<void> {
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return post({ url, headers, body, tls });
}

async function lastRun(stateDir: string): Promise<RunReport | undefined> {
  const runs = await openRunFiles(stateDir).list();
  return runs.find(({ summary }) => summary.state === "ended")?.report;
}

/** What cannot be read was never told: to be told twice is better than not at all. */
async function read(file: string): Promise<Told> {
  try {
    const found = JSON.parse(await readFile(file, "utf8")) as Told;
    return found.version === 1 && typeof found.troubles === "object" ? found : nothingTold;
  } catch {
    return nothingTold;
  }
}

async function keep(file: string, told: Told): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await replaceFile(file, `${JSON.stringify(told)}\n`, 0o640);
}
