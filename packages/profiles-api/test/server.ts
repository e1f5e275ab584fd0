import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** One question as the server saw it. */
export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** JSON, or a function that writes the answer by itself, or does not. */
export type Reply = object | ((response: ServerResponse) => void);

export interface TestServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Questions that were open at one time at most. */
  readonly widest: () => number;
}

/** A server on 127.0.0.1, for one test. */
export async function serve(
  handler: (seen: Seen) => Reply,
  files?: { key: string; cert: string },
): Promise<TestServer> {
  const seen: Seen[] = [];
  let open = 0;
  let widest = 0;
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    widest = Math.max(widest, ++open);
    response.on("close", () => (open -= 1));
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk as string;
    const { method, url, headers } = request;
    const one = { method, url, headers, body };
    seen.push(one);
    const reply = handler(one);
    if (typeof reply === "function") return reply(response);
    response.setHeader("content-type", "application/json").end(JSON.stringify(reply));
  };
  const server = files
    ? createTlsServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${files ? "https" : "http"}://127.0.0.1:${port}/profiles`, seen, widest: () => widest };
}

/** A directory, for one test. */
export function scratch(): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), "backurne-profiles-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return (name) => join(directory, name);
}

/** A certificate for 127.0.0.1 that only itself vouches for. */
export function certificate(path: (name: string) => string): { readonly key: string; readonly cert: string } {
  const [key, cert] = [path("key.pem"), path("cert.pem")];
  const subject = ["-subj", "/CN=profiles", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...kind, ...subject, "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  return { key, cert };
}
