import { readFile } from "node:fs/promises";
import { getCACertificates } from "node:tls";
import type { ProfilesApiSettings } from "@backurne/model";
import { Agent, request } from "undici";

/** Bytes of an answer that are read at most. */
const BODY_LIMIT = 1024 * 1024;

/** What came of one question: JSON; an answer that is of no use; or nobody, who will not be there for the next one either. */
export type Reply =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "useless"; readonly because: string }
  | { readonly kind: "silent"; readonly because: string };

/** The server, for as long as it is needed. Nothing is contacted, and no file read, before the first question. */
export interface Server {
  /** Never throws. */
  post(question: unknown): Promise<Reply>;
  close(): Promise<void>;
}

/** @param timeout ms for one question, from the connection to the last byte of the answer. */
export function openServer({ url, token, caFile }: ProfilesApiSettings, timeout: number): Server {
  let agent: Promise<Agent> | undefined;
  const headers = {
    "content-type": "application/json",
    accept: "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };

  async function send(body: string, signal: AbortSignal): Promise<Reply> {
    agent ??= openAgent(url, caFile);
    const options = { method: "POST", headers, body, signal, dispatcher: await agent } as const;
    const { statusCode, body: answer } = await request(url, options);
    if (statusCode >= 200 && statusCode < 300) return readJson(answer);
    answer.on("error", () => {}).destroy();
    const redirected = statusCode >= 300 && statusCode < 400 ? " (redirects are not followed)" : "";
    return { kind: "useless", because: `answered with status ${statusCode}${redirected}` };
  }

  return {
    async post(question) {
      const late = AbortSignal.timeout(timeout);
      try {
        return await send(JSON.stringify(question), late);
      } catch (error) {
        const because = late.aborted ? `no answer within ${timeout / 1000} s` : describe(error);
        return { kind: "silent", because };
      }
    },
    async close() {
      await (await agent?.catch(() => undefined))?.destroy();
    },
  };
}

/** A connection for each question: one that is kept may be closed by the server just when the next question is sent. */
async function openAgent(url: string, caFile: string | undefined): Promise<Agent> {
  if (!url.startsWith("https:")) return new Agent({ pipelining: 0 });
  // Node by itself knows Mozilla's authorities only, not the host's.
  const own = () => [...getCACertificates("system"), ...getCACertificates("extra")];
  const ca = caFile === undefined ? own() : await readFile(caFile, "utf8");
  return new Agent({ pipelining: 0, connect: { ca } });
}

async function readJson(body: AsyncIterable<Uint8Array>): Promise<Reply> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > BODY_LIMIT) return { kind: "useless", because: `answered with more than ${BODY_LIMIT} bytes` };
    chunks.push(chunk);
  }
  try {
    return { kind: "json", value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return { kind: "useless", because: "answered with something that is not JSON" }; // the parser would quote it
  }
}

/** A host with several addresses fails with an AggregateError that says nothing itself. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return describe(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
