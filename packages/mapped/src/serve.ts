import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { addAbortSignal } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Executor } from "@backurne/exec";
import type { Mapper } from "@backurne/mapper";
import { BackurneError, describeError, type MapperSettings } from "@backurne/model";
import { listenOnSocket } from "@backurne/sockets";
import { ANSWERS, type Say } from "./answers.ts";
import type { Mapped } from "./files.ts";
import { isQuestion, OUTCOME, PREFIX, QUESTIONS, WHOLE, writeProblem, type Question } from "./wire.ts";

export interface ServeMapperOptions extends Mapped {
  readonly settings: Pick<MapperSettings, "socket" | "group">;
  readonly executor: Executor;
  /** What whoever runs it should read. */
  readonly log: (message: string) => void;
  /** Where it listens, once it does. */
  readonly onListening: (place: string) => void;
  /** Ends it. What is mapped stays mapped; what is just being mapped is undone first. */
  readonly stop: AbortSignal;
}

/** Bytes of a question. */
const LONGEST = 1 << 20;
/** Of those who ask at once. */
const CONNECTIONS = 256;
/** ms between two looks for what has expired, and ms that one may take. */
const SWEEP = 60_000;
const PATIENCE = 3_600_000;
/** ms; who reads no further holds a file in the mount, which cannot be undone meanwhile. */
const STALLED = 300_000;

/**
 * Maps backups, and reads what is in them, for processes that may not: until `stop`.
 * @throws BackurneError `usage` where this host cannot map at all; `configuration` where it cannot listen.
 */
export async function serveMapper(options: ServeMapperOptions): Promise<void> {
  const { mapper, settings, executor, log, stop } = options;
  await mapper.check();
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = answer(request, response, options);
    underWay.add(answered);
    void answered.finally(() => underWay.delete(answered));
  });
  server.maxConnections = CONNECTIONS;
  server.maxRequestsPerSocket = 1; // or one connection could ask for thousands at once
  await listenOnSocket(server, settings.socket, { group: { name: settings.group, executor } }).catch(
    (cause: unknown) => {
      server.close();
      throw new BackurneError("configuration", `cannot listen at ${settings.socket}: ${describeError(cause)}`, {
        hint: "mapper.listen says where, mapper.group who may ask; another `backurne mapper` may be there already",
        cause,
      });
    },
  );
  server.on("error", (error) => log(`somebody could not be let in: ${describeError(error)}`));
  options.onListening(`unix:${settings.socket}`);
  const sweeping = sweepNowAndThen(mapper, { log, stop });
  if (!stop.aborted) await once(stop, "abort");
  const closed = new Promise((resolve) => server.close(resolve));
  await Promise.all([sweeping, ...underWay]);
  server.closeAllConnections();
  await closed;
}

/** What is left is said once, and not every time. */
async function sweepNowAndThen(mapper: Mapper, { log, stop }: Pick<ServeMapperOptions, "log" | "stop">): Promise<void> {
  let said: readonly string[] = [];
  while (!stop.aborted) {
    const left = await mapper.sweep(PATIENCE, stop).catch((error: unknown) => [describeError(error)]);
    for (const line of left) if (!said.includes(line)) log(line);
    said = left;
    await sleep(SWEEP, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
}

/** Never rejects: how it went is the trailer's to say. */
async function answer(request: IncomingMessage, response: ServerResponse, options: ServeMapperOptions): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new BackurneError("interrupted", "nobody waits for it any more")));
  response.on("error", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, options.stop]);
  response.setHeader("trailer", OUTCOME);
  const say: Say = {
    signal,
    emit: (event) => void response.write(`${JSON.stringify({ event })}\n`),
    value: (value) => void response.write(`${JSON.stringify({ value })}\n`),
    async bytes(chunks) {
      const stalled = setTimeout(() => gone.abort(new BackurneError("interrupted", "nobody reads it")), STALLED);
      try {
        for await (const chunk of chunks) {
          signal.throwIfAborted();
          if (!response.write(chunk)) await once(response, "drain", { signal });
          stalled.refresh();
        }
      } finally {
        clearTimeout(stalled);
      }
    },
  };
  try {
    const question = questionOf(request);
    await ANSWERS[question](read(question, await bodyOf(addAbortSignal(options.stop, request))), options, say);
    response.addTrailers({ [OUTCOME]: WHOLE });
  } catch (error) {
    response.addTrailers({ [OUTCOME]: writeProblem(known(error, { ...options, signal })) });
  }
  response.end();
}

function known(
  error: unknown,
  { log, signal }: Pick<ServeMapperOptions, "log"> & { signal: AbortSignal },
): BackurneError {
  if (error instanceof BackurneError) return error;
  if (signal.aborted) return new BackurneError("interrupted", "the mapper stops");
  log(`a request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new BackurneError("unexpected", `in the mapper: ${describeError(error)}`);
}

function questionOf({ method, url = "" }: IncomingMessage): Question {
  const question = url.startsWith(`${PREFIX}/`) ? url.slice(PREFIX.length + 1) : "";
  if (method === "POST" && isQuestion(question)) return question;
  throw new BackurneError("usage", `the mapper knows no ${method} ${url.slice(0, 100)}`, {
    hint: "it may be of another version: start `backurne mapper` again after an update",
  });
}

function read<Q extends Question>(question: Q, body: string): never {
  const { data, error } = QUESTIONS[question].safeParse(parse(body));
  if (error === undefined) return data as never; // of that question
  const [{ path, message } = { path: [], message: "" }] = error.issues;
  throw new BackurneError("usage", `the mapper cannot read ${question}: ${[...path, message].join(": ")}`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > LONGEST) throw new BackurneError("usage", `a question has at most ${LONGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
