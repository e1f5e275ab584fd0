import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ProxmoxApi } from "@backurne/model";
import { afterAll } from "vitest";
import { TIMES, type Times } from "../src/times.ts";

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  /** Without `/api2/json`, with the query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a handler says; a function writes the answer by itself. */
export type Reply =
  | { readonly data: unknown }
  | { readonly status: number; readonly message?: string; readonly errors?: Record<string, string> }
  | ((response: ServerResponse) => void);

export type Handler = (request: Seen) => Reply | Promise<Reply>;

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly caFile: string;
  readonly fingerprint: string;
  readonly seen: readonly Seen[];
  /** `METHOD path` of all requests, without queries. */
  paths(): string[];
  /** Settings that reach it, with a token. */
  api(changes?: Partial<ProxmoxApi>): ProxmoxApi;
  close(): Promise<void>;
}

/** A small HTTPS server that answers under /api2/json as the handler says. */
export async function serve(handler: Handler, port = 0): Promise<TestServer> {
  const { key, cert, caFile } = await certificate();
  const seen: Seen[] = [];
  const server = createServer({ key, cert }, (request, response) => void answer(request, response, { handler, seen }));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  const fingerprint = createHash("sha256").update(new X509Certificate(cert).raw).digest("hex").toUpperCase();
  return {
    port: address.port,
    caFile,
    fingerprint: fingerprint.match(/../g)!.join(":"),
    seen,
    paths: () => seen.map(({ method, path }) => `${method} ${path.split("?")[0]}`),
    api: (changes) => ({
      hosts: ["127.0.0.1"],
      port: address.port,
      login: { tokenId: "root@pam!backurne", tokenSecret: "0000-token-secret" },
      tls: { caFile },
      ...changes,
    }),
    close: () => end(server),
    [Symbol.asyncDispose]: () => end(server),
  };
}

/** Waits are short, deadlines are long enough for a busy machine: only what a test is about is changed further. */
export const QUICK: Times = { ...TIMES, retryPause: 1, thawPause: 1 };

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { handler, seen }: { readonly handler: Handler; readonly seen: Seen[] },
): Promise<void> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk as string;
  const { method = "", url = "", headers } = request;
  const one = { method, path: url.replace("/api2/json", ""), headers, body };
  seen.push(one);
  const reply = await handler(one);
  if (typeof reply === "function") return reply(response);
  response.setHeader("content-type", "application/json;charset=UTF-8");
  if ("data" in reply) return void response.end(JSON.stringify(reply));
  response.writeHead(reply.status, (reply.message ?? "").replaceAll("\n", " "));
  response.end(JSON.stringify({ data: null, message: reply.message, errors: reply.errors }));
}

async function end(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly caFile: string;
}

let made: Promise<Certificate> | undefined;
let directory: string | undefined;
// A worker is ended without its exit being told.
afterAll(() => directory && rmSync(directory, { recursive: true, force: true }));

function certificate(): Promise<Certificate> {
  made ??= makeCertificate();
  return made;
}

async function makeCertificate(): Promise<Certificate> {
  directory = mkdtempSync(join(tmpdir(), "backurne-proxmox-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const subject = ["-subj", "/CN=pve1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"];
  await promisify(execFile)("openssl", ["req", "-x509", "-nodes", ...kind, ...subject, "-keyout", key, "-out", cert]);
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8"), caFile: cert };
}
