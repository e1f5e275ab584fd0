import { readFile } from "node:fs/promises";
import { request as plain } from "node:http";
import { request as wrapped, type RequestOptions } from "node:https";
import { getCACertificates } from "node:tls";
import type { ClientTls } from "@backurne/model";
import { inWords } from "./tls-words.ts";

/** ms for one request. */
const TIMEOUT = 10_000;
/** Characters of a refusal that are shown. */
const SHOWN = 200;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tls: ClientTls;
}

/** @throws Error: nobody answered in time, or with a status that is not 2xx. Redirects are not followed. */
export async function post({ url, headers, body, tls }: Post): Promise<void> {
  const https = url.startsWith("https:");
  const options: RequestOptions = {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    signal: AbortSignal.timeout(TIMEOUT),
    agent: false,
    ...(https && (await secrets(tls))),
  };
  await new Promise<void>((resolve, reject) => {
    const sent = (https ? wrapped : plain)(url, options, (response) => {
      let said = "";
      response.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(0, SHOWN)));
      response.on("error", reject).on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`answered with status ${statusCode}${said === "" ? "" : `: ${said.trim()}`}`));
      });
    });
    // Node wraps the reason of an abort.
    const isLate = ({ name, cause }: Error): boolean =>
      name === "TimeoutError" || (cause instanceof Error && cause.name === "TimeoutError");
    sent.on("error", (error) => {
      if (isLate(error)) reject(new Error("no answer within 10 s"));
      else reject(https ? inWords(error) : error);
    });
    sent.end(body);
  });
}

/** Node by itself knows Mozilla's authorities only, not the host's. */
export async function authorities(caFile: string | undefined): Promise<string | string[]> {
  if (caFile !== undefined) return readFile(caFile, "utf8");
  return [...getCACertificates("default"), ...getCACertificates("system")];
}

async function secrets({ unchecked, caFile, certFile, keyFile }: ClientTls): Promise<RequestOptions> {
  const read = (file: string) => readFile(file, "utf8");
  return {
    ca: await authorities(caFile),
    ...(unchecked && { rejectUnauthorized: false }),
    ...(certFile !== undefined && { cert: await read(certFile) }),
    ...(keyFile !== undefined && { key: await read(keyFile) }),
  };
}
