import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile } from "node:fs/promises";
import { request, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { freePort } from "@backurne/sandbox";
import { expect, onTestFinished } from "vitest";
import { LAUNCHER } from "./cli.ts";

export interface Server {
  /** Of the API; the host means nothing behind a socket. */
  readonly url: string;
  stop(): Promise<number>;
}

interface ServerOptions {
  /** Listens there, and on no port. */
  readonly socket?: string;
  /** What stands before the command, so that it is somebody else's. */
  readonly prefix?: readonly string[];
}

/** `backurne serve` as a program of its own, on a port that the system chose a moment ago unless it is on a socket. */
export async function startServer(config: string, { socket, prefix = [] }: ServerOptions = {}): Promise<Server> {
  const address = socket === undefined ? `127.0.0.1:${await freePort()}` : `unix:${socket}`;
  await appendFile(config, `api: { listen: "${address}" }\n`);
  const [file = "", ...args] = [...prefix, LAUNCHER, "--config", config, "serve"];
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  onTestFinished(() => void child.kill());
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("close", (code) => reject(new Error(`it ended with ${code}`)));
  });
  expect(line).toBe(`listening on ${socket === undefined ? "http://" : ""}${address}`);
  return {
    url: socket === undefined ? `http://${address}` : "http://localhost",
    async stop() {
      child.kill("SIGTERM");
      const [code] = (await closed) as [number];
      return code;
    },
  };
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As `fetch`, through a unix socket. */
export function askSocket(
  socketPath: string,
  path: string,
  { body, ...options }: RequestOptions & { readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, ...options }, (response) => {
      const { statusCode: status, headers } = response;
      text(response).then((said) => resolve({ status, headers, body: said }), reject);
    })
      .on("error", reject)
      .end(body);
  });
}
