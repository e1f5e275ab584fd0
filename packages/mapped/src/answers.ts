import type { MapRequest } from "@backurne/mapper";
import { BackurneError, type MappingEvent } from "@backurne/model";
import type { z } from "zod";
import type { Mapped } from "./files.ts";
import type { Question, QUESTIONS } from "./wire.ts";

/** What whoever answers can say. */
export interface Say {
  /** Nobody waits for it any more, or the mapper stops. */
  readonly signal: AbortSignal;
  emit(event: MappingEvent): void;
  value(value: unknown): void;
  bytes(chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

type Answers = {
  readonly [Q in Question]: (asked: z.output<(typeof QUESTIONS)[Q]>, have: Mapped, say: Say) => Promise<void>;
};

/** Each question, asked of the mapper of this process. */
export const ANSWERS: Answers = {
  check: async (_, { mapper }) => mapper.check(),
  async map(asked, { mapper }, { signal, emit, value }) {
    const made = await mapper.map(asked satisfies MapRequest, { signal, onEvent: emit });
    if (!signal.aborted) return value(made);
    // Who asked went when all but the answer was done, and would not know of it.
    await mapper.unmap(made.id);
    throw new BackurneError("interrupted", "map was interrupted: all is undone");
  },
  async unmap({ id }, { mapper }, { signal, emit }) {
    await mapper.unmap(id, { signal, onEvent: emit });
  },
  list: async (_, { mapper }, { value }) => value(await mapper.list()),
  find: async ({ id }, { mapper }, { value }) => value(await mapper.find(id)),
  async "files/list"({ mapping, path, ...page }, { files }, { signal, value }) {
    value(await files.list({ mapping, path }, { ...page, signal }));
  },
  async "files/look"(place, { files }, { value }) {
    await using file = await files.open(place);
    const { name, size, modified, tag } = file;
    value({ name, size: String(size), modified, tag });
  },
  async "files/read"({ tag, from, to, ...place }, { files }, { bytes }) {
    await using file = await files.open(place);
    if (file.tag !== tag) throw new BackurneError("refused", `${file.name} was changed while it was read`);
    await bytes(file.read({ from, to }));
  },
  async "files/pack"({ format, ...place }, { files }, { signal, value }) {
    const { name } = await files.archive(place, format, signal);
    value(name);
  },
  async "files/archive"({ format, ...place }, { files }, { signal, bytes }) {
    const { chunks } = await files.archive(place, format, signal);
    await bytes(chunks);
  },
};
