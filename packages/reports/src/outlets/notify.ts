import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, printable, type NotifySettings, type Precheck, type RunReport } from "@backurne/model";
import { replaceFile } from "../replace-file.ts";
import { openRunFiles } from "../run-files.ts";
import { alone } from "./alone.ts";
import { sendMail } from "./mail.ts";
import { addOwed, decideNews, nothingTold, writeNotice, type News, type Notice, type Told } from "./notices.ts";
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
 * Tells who is to be told, after a run or a precheck. Never throws, and answers who could not be told. What one way (mail, webhook,
 * command) could not tell it is asked to tell the next time, and no other one with it. Runs of several processes of this host tell
 * one after the other.
 */
export async function notify(settings: NotifySettings, ended: Ended, tools: NotifyTools): Promise<readonly Untold[]> {
  return alone(tools.stateDir, () => tell(settings, ended, tools));
}

async function tell(settings: NotifySettings, { report, failure }: Ended, tools: NotifyTools) {
  const { stateDir, host, now } = tools;
  const file = join(stateDir, "notices.json");
  const before = await read(file);
  // What is stored is of another time where it has just failed.
  const failed = failure !== undefined || report?.failures.some(({ about }) => about === "precheck") === true;
  const found = {
    precheck: failed ? undefined : await tools.precheck().catch(() => undefined),
    failure: failure === undefined ? undefined : printable(describeError(failure)),
  };
  const situation = { now: now(), host, report, ...found };
  const { news, told } = decideNews(situation, before, settings);
  const ways = waysOf(settings, tools).map((way) => ({
    ...way,
    news: addOwed(news, before.owed?.[way.name], situation),
  }));
  // All run files are read only where a digest tells of one.
  const last = !report && ways.some((way) => way.news.digest) ? await lastRun(stateDir) : undefined;
  const ends = await Promise.allSettled(
    ways.map(async (way) => {
      const notice = writeNotice(way.news, { ...situation, last });
      if (notice) await way.tell(notice);
    }),
  );
  const lost: Untold[] = [];
  const owed: Record<string, News> = {};
  for (const [index, way] of ways.entries()) {
    const end = ends[index];
    if (end?.status !== "rejected") continue;
    lost.push(untold("notify", end.reason, way.name));
    owed[way.name] = way.news;
  }
  await keep(file, lost.length > 0 ? { ...told, owed } : told).catch((error: unknown) =>
    lost.push(untold("notify", error, "what was told is not remembered")),
  );
  return lost;
}

interface Way {
  readonly name: "mail" | "webhook" | "command";
  tell(notice: Notice): Promise<void>;
}

function waysOf({ mail, webhook, command }: NotifySettings, { run }: NotifyTools): readonly Way[] {
  const bodyOf = (notice: Notice): string => `${JSON.stringify(notice)}\n`;
  return [
    ...(mail ? [{ name: "mail", tell: (notice) => sendMail(mail, notice) } satisfies Way] : []),
    ...(webhook ? [{ name: "webhook", tell: (notice) => tellWebhook(webhook, bodyOf(notice)) } satisfies Way] : []),
    ...(command === undefined
      ? []
      : [{ name: "command", tell: (notice) => run(command, [], bodyOf(notice)) } satisfies Way]),
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
    const isNews = (one: Partial<News>): boolean => typeof one.items === "object" && one.items !== null;
    const isOurs =
      found.version === 1 && typeof found.troubles === "object" && Object.values(found.owed ?? {}).every(isNews);
    return isOurs ? found : nothingTold;
  } catch {
    return nothingTold;
  }
}

async function keep(file: string, told: Told): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await replaceFile(file, `${JSON.stringify(told)}\n`, 0o640);
}
