import type { InfluxSettings } from "@backurne/model";
import { post } from "./post.ts";

/** One point in the line protocol: what it is called, its tags, its whole numbers, when. */
export interface InfluxPoint {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number>>;
  /** Epoch ms. */
  readonly time: number;
}

/** Writes points with a precision of seconds, as both versions of InfluxDB take them. */
export async function writeInflux(
  points: readonly InfluxPoint[],
  { url, into, login, tls }: InfluxSettings,
): Promise<void> {
  const query = new URLSearchParams({ ...into, precision: "s" });
  await post({
    url: `${url}${"db" in into ? "/write" : "/api/v2/write"}?${query}`,
    headers: { "content-type": "text/plain; charset=utf-8", ...authorize(login) },
    body: points.map(formatPoint).join("\n"),
    tls,
  });
}

function authorize(login: InfluxSettings["login"]): Record<string, string> {
  if (login === undefined) return {};
  if ("token" in login) return { authorization: `Token ${login.token}` };
  return { authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}` };
}

export function formatPoint({ measurement, tags, fields, time }: InfluxPoint): string {
  // A tag without a value would make the line wrong.
  const named = Object.entries(tags).filter(([, value]) => value !== "");
  const head = [measurement, ...named.map(([key, value]) => `${key}=${escapeTag(value)}`)].join(",");
  const values = Object.entries(fields).map(([key, value]) => `${key}=${Math.round(value)}i`);
  return `${head} ${values.join(",")} ${Math.floor(time / 1000)}`;
}

/** Names are data: none may end a line or begin a tag; a backslash at the end would swallow what comes next. */
function escapeTag(text: string): string {
  return text
    .replaceAll(/[\n\r\t]/g, " ")
    .replaceAll(/\\+$/g, "")
    .replaceAll(/[,= ]/g, (found) => `\\${found}`);
}
