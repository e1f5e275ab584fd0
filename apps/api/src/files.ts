import type { ArchiveFormat, FilePlace, Span } from "backurne";
import type { Context } from "hono";
import { recordTaking } from "./guard/record.ts";
import { answerProblem, problemOf, RequestRefused } from "./problem.ts";
import type { Env, Scene } from "./scene.ts";

/** Content types by format. */
export const ARCHIVE = { tar: "application/x-tar", zip: "application/zip" } as const satisfies Record<
  ArchiveFormat,
  string
>;

/** A value of the query as it stands in the URL: its bytes need not be text. */
export function rawQuery({ req }: Context<Env>, key: string): string | undefined {
  const pairs = new URL(req.url).search.slice(1).split("&");
  const [pair] = pairs.filter((one) => one.startsWith(`${key}=`));
  return pair?.slice(key.length + 1).replaceAll("+", "%20"); // as a form says it
}

export function placeOf(context: Context<Env>): FilePlace {
  return { mapping: context.req.param("mapping") ?? "", path: rawQuery(context, "path") ?? "" };
}

/**
 * To be saved, whatever it is: no browser shows it, guesses what it might be, or lets it act as a page of ours.
 */
function foreign(name: string): Record<string, string> {
  return {
    "content-disposition": attachment(name),
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
  };
}

/** RFC 6266 and 8187: plain for those who know nothing else, and as it is. */
function attachment(name: string): string {
  const safe = name.replaceAll(/[/\\:*?"<>|]/g, "_").toWellFormed();
  const plain = safe.replaceAll(/[^\w.~ -]/g, "_");
  const encoded = encodeURIComponent(safe).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** A file as bytes, whole or the part that is asked for. */
export async function answerFile(context: Context<Env>, { backurne, ...scene }: Scene): Promise<Response> {
  await using held = new AsyncDisposableStack();
  held.defer(scene.ceilings.takers.enter());
  await recordTaking(context, scene);
  const file = held.use(await backurne.files.open(placeOf(context)));
  const etag = `"${file.tag}"`;
  const range = partOf(context, file.size, etag);
  if (range === "none") {
    const refused = answerProblem(problemOf(new RequestRefused("no-such-range", `it has ${file.size} bytes`)));
    refused.headers.set("content-range", `bytes */${file.size}`);
    return refused;
  }
  const { from, to } = range ?? { from: 0n, to: file.size };
  const headers = {
    ...foreign(file.name),
    "content-type": "application/octet-stream",
    "content-length": String(to - from),
    "accept-ranges": "bytes",
    etag,
    ...(file.modified !== undefined && { "last-modified": new Date(file.modified).toUTCString() }),
    ...(range && { "content-range": `bytes ${from}-${to - 1n}/${file.size}` }),
  };
  const status = range ? 206 : 200;
  // Nobody would read what is streamed behind a HEAD, nor end it.
  if (context.req.method === "HEAD") return new Response(null, { status, headers });
  return new Response(streamOf(file.read({ from, to }), ends(context, scene, held.move())), { status, headers });
}

/**
 * One range, as RFC 9110 has it. Undefined: all of it, also for what is no range of bytes, for several, and for who goes on
 * with what is another file by now.
 */
function partOf({ req }: Context<Env>, size: bigint, etag: string): Span | "none" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,18})-(\d{0,18})$/i.exec(req.header("range") ?? "") ?? [];
  const condition = req.header("if-range");
  if ((first === "" && last === "") || (condition !== undefined && condition !== etag)) return undefined;
  if (first === "") {
    const length = BigInt(last);
    return length === 0n || size === 0n ? "none" : { from: length < size ? size - length : 0n, to: size };
  }
  const from = BigInt(first);
  const end = last === "" ? size - 1n : BigInt(last);
  if (last !== "" && end < from) return undefined;
  return from >= size ? "none" : { from, to: end < size ? end + 1n : size };
}

/** A directory with all that is in it. */
export async function answerArchive(
  context: Context<Env>,
  format: ArchiveFormat,
  { backurne, ...scene }: Scene,
): Promise<Response> {
  await using held = new AsyncDisposableStack();
  held.defer(scene.ceilings.takers.enter());
  await recordTaking(context, scene);
  const { signal } = context.req.raw;
  const { name, chunks } = await backurne.files.archive(placeOf(context), format, signal);
  const headers = { ...foreign(`${name}.${format}`), "content-type": ARCHIVE[format] };
  if (context.req.method === "HEAD") return new Response(null, { headers });
  return new Response(streamOf(chunks, ends(context, scene, held.move())), { headers });
}

interface Ends {
  readonly close: () => Promise<void>;
  readonly broken: (error: unknown) => void;
  /** Breaks the connection off, where there is one; false: the answer has to say it. */
  readonly cut: () => boolean;
}

/** Whoever asked sees that it broke off; why is for the log. */
function ends({ req, env }: Context<Env>, { log }: Pick<Scene, "log">, opened: AsyncDisposableStack): Ends {
  const { signal } = req.raw;
  return {
    close: async () => await opened.disposeAsync(),
    broken: (error) => void (signal.aborted || log(`what ${req.path} answered broke off`, error)),
    // For a stream that fails the server would do the same, and print an error with its stack beside our log.
    cut() {
      env?.outgoing?.destroy();
      return env?.outgoing !== undefined;
    },
  };
}

/** As fast as it is read. An error breaks the answer off, and the connection with it: no end is seen. */
function streamOf(chunks: AsyncIterable<Uint8Array>, { close, broken, cut }: Ends): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next();
          if (!done) return controller.enqueue(value);
          await close();
          controller.close();
        } catch (error) {
          broken(error);
          await close();
          if (!cut()) controller.error(new Error("it broke off"));
        }
      },
      async cancel() {
        await iterator.return?.();
        await close();
      },
    },
    { highWaterMark: 0 },
  );
}
