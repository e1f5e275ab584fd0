import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError, printable, type NotifySettings, type Precheck, type RunReport } from "@backurne/model";
import { sendMail } from "./mail.ts";
import { decideNotice, nothingTold, type Notice, type Told } from "./notices.ts";
import type { RunProgram, Warn } from "./outlet.ts";
import { post } from "./post.ts";

export interface NotifyTools {
  readonly stateDir: string;
  readonly host: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly run: RunProgram;
  readonly warn: Warn;
  /** What precheck has stored on this host. */
  readonly precheck: () => Promise<Precheck | undefined>;
}

/**
 * Tells who is to be told, after a run or a precheck. Never throws. What nobody could be told counts as not told: the next
 * run tries again.
 */
export async function notify(
  settings: NotifySettings,
  report: RunReport | undefined,
  tools: NotifyTools,
): Promise<void> {
  const { stateDir, host, now, warn } = tools;
  const file = join(stateDir, "notices.json");
  const before = await read(file);
  const precheck = await tools.precheck().catch(() => undefined);
  const { notice, told } = decideNotice({ now: now(), host, report, precheck }, before, settings);
  if (notice) {
    const ways = waysOf(settings, notice, tools);
    const ended = await Promise.allSettled(ways.map(([, way]) => way()));
    ended.forEach((end, index) => {
      if (end.status === "rejected") warn(`notify: ${ways[index]?.[0]}: ${printable(describeError(end.reason))}`);
    });
    if (ended.every(({ status }) => status === "rejected")) return;
  }
  await keep(file, told).catch((error: unknown) =>
    warn(`notify: what was told is not remembered: ${describeError(error)}`),
  );
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
  const part = `${file}.${randomUUID()}`;
  await mkdir(join(file, ".."), { recursive: true, mode: 0o755 });
  await writeFile(part, `${JSON.stringify(told)}\n`, { flag: "wx", mode: 0o640 });
  await rename(part, file);
}
