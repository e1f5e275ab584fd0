import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

const LIMIT = 512 * 1024;

/** Of the query, and of the form in the body. Of what stands there twice, the last counts. */
export async function readParameters(request: IncomingMessage): Promise<Record<string, string>> {
  const { method, url = "" } = request;
  const query = new URLSearchParams(url.split("?")[1] ?? "");
  const body = await readBody(request);
  if (method !== "POST" && method !== "PUT") {
    if (body !== "") throw new Refusal(501, `Unexpected content for method '${method}'`, { bare: true });
    return Object.fromEntries(query);
  }
  return { ...Object.fromEntries(new URLSearchParams(body)), ...Object.fromEntries(query) };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk as string;
    if (body.length > LIMIT) throw new Refusal(413, "for data too large", { bare: true });
  }
  return body;
}
