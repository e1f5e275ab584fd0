import { z } from "zod";
import { ProxmoxError } from "./error.ts";

/** Bytes of an answer that are read at most; a cluster of 10,000 guests fills 5 MB. */
export const BODY_LIMIT = 64 * 1024 * 1024;

const envelope = z.object({ data: z.unknown().optional(), message: z.unknown(), errors: z.unknown() }).partial();

export type Envelope = z.infer<typeof envelope>;

/** The whole text; more than the limit is an error and ends the connection. */
export async function readBody(body: AsyncIterable<Uint8Array>, limit = BODY_LIMIT): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export class BodyTooLarge extends Error {
  constructor(limit: number) {
    super(`the answer is larger than ${limit} bytes`);
  }
}

/** undefined: not the JSON object that Proxmox answers. */
export function parseEnvelope(text: string): Envelope | undefined {
  try {
    return envelope.parse(JSON.parse(text)); // a parser's message would quote the body
  } catch {
    return undefined;
  }
}

/** `data` of a good answer. */
export function dataOf(text: string, request: string): unknown {
  const answer = parseEnvelope(text);
  if (answer && "data" in answer) return answer.data;
  throw new ProxmoxError({ request, reason: "the answer is not the JSON it should be, or was cut off" });
}

/** Older versions of Proxmox say what is wrong in the status line only; parameters that are wrong stand in `errors`. */
export function reasonOf(text: string, statusText: string): string {
  const { message, errors } = parseEnvelope(text) ?? {};
  const said = typeof message === "string" && message.trim() !== "" ? message.trim() : statusText;
  const fields = typeof errors === "object" && errors !== null ? Object.entries(errors) : [];
  return [said, ...fields.map(([field, why]) => `${field}: ${String(why).trim()}`)].filter(Boolean).join("; ");
}
