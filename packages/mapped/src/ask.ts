import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { BackurneError, describeError, type Mapping, type MappingEvent } from "@backurne/model";
import type { FilePage, Mapped, MappedFile } from "./files.ts";
import { OUTCOME, PREFIX, readProblem, WHOLE, type Question, type Questions } from "./wire.ts";

/**
 * Asks `backurne mapper` at its socket. Errors are those of the mapper, or `command` where it does not answer. `sweep` does nothing: that
 * process does it by itself.
 */
export function askMapper(socket: string): Mapped {
  const ask = <Q extends Question>(question: Q, asked: Questions[Q], options: AskOptions = {}): Promise<unknown> =>
    hear({ socket, question, asked, ...options });
  const take = <Q extends Question>(question: Q, asked: Questions[Q], signal?: AbortSignal) =>
    takeBytes({ socket, question, asked, signal });
  return {
    mapper: {
      check: () => ask("check", {}) as Promise<void>,
      map: (asked, options) => ask("map", asked, options) as Promise<Mapping>,
      unmap: (id, options) => ask("unmap", { id }, options) as Promise<void>,
      list: () => ask("list", {}) as Promise<readonly Mapping[]>,
      find: (id) => ask("find", { id }) as Promise<Mapping>,
      sweep: async () => [],
    },
    files: {
      list: (place, { signal, ...page } = {}) =>
        ask("files/list", { ...place, ...page }, { signal }) as Promise<FilePage>,
      async open(place) {
        const { size, ...looked } = (await ask("files/look", place)) as Looked;
        const { tag } = looked;
        return {
          ...looked,
          size: BigInt(size),
          read: ({ from, to }) => take("files/read", { ...place, tag, from: String(from), to: String(to) }),
          [Symbol.asyncDispose]: async () => undefined,
        };
      },
      async archive(place, format, signal) {
        const asked = { ...place, format };
        const name = (await ask("files/pack", asked, { signal })) as string;
        return { name, chunks: take("files/archive", asked, signal) };
      },
    },
  };
}

type Looked = Pick<MappedFile, "name" | "modified" | "tag"> & { readonly size: string };

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: MappingEvent) => void) | undefined;
}

/** Bytes; an error may be long, and each of its letters nine of them. */
const TRAILER = 1 << 16;
const CLOSED = new Set(["ENOENT", "ECONNREFUSED", "EACCES"]);

interface Asking extends AskOptions {
  readonly socket: string;
  readonly question: Question;
  readonly asked: object;
}

/** The value that is said, once all of it was. */
async function hear({ onEvent, ...asking }: Asking): Promise<unknown> {
  let value: unknown;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of takeBytes(asking)) {
    const text = decoder.decode(chunk, { stream: true });
    if (!text.includes("\n")) {
      rest += text;
      continue;
    }
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as { readonly event?: MappingEvent; readonly value?: unknown };
      if (said.event) onEvent?.(said.event);
      else value = said.value;
    }
  }
  return value;
}

/** As they come; it ends only where the mapper says that they are whole. Nothing is asked before the first one is. */
async function* takeBytes({ socket, question, asked, signal }: Asking): AsyncGenerator<Uint8Array> {
  try {
    const asking = request({
      socketPath: socket,
      path: `${PREFIX}/${question}`,
      method: "POST",
      agent: false,
      signal,
      maxHeaderSize: TRAILER,
    });
    asking.on("error", () => undefined); // also one that nobody waits for any more
    asking.end(JSON.stringify(asked));
    const [answer] = (await once(asking, "response")) as [IncomingMessage];
    yield* answer as AsyncIterable<Uint8Array>;
    const outcome = answer.trailers[OUTCOME];
    if (outcome !== WHOLE) throw readProblem(outcome);
  } catch (error) {
    if (error instanceof BackurneError) throw error;
    if (signal?.aborted) {
      throw new BackurneError("interrupted", "it was interrupted: what it had begun, the mapper undoes", {
        cause: error,
      });
    }
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new BackurneError("command", `the mapper at ${socket} does not answer: ${describeError(error)}`, {
      hint: CLOSED.has(code) ? "`backurne mapper` has to run there, as root, for a group that you are in" : undefined,
      cause: error,
    });
  }
}
