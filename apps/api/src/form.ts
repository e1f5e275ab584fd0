import { BackurneError } from "@backurne/model";
import type { Context } from "hono";

/** The only type of which the API takes a body. */
export const JSON_TYPE = /^application\/json(?:;|$)/i;

/** The fields of a form. @throws BackurneError `usage`: it is none. */
export async function readForm({ req }: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await req.parseBody();
  } catch (cause) {
    throw new BackurneError("usage", "the body is no form", { cause });
  }
}
