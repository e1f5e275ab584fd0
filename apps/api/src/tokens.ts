import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BackurneError, describeError } from "@backurne/model";
import { unlessThere } from "@backurne/reports";
import { z } from "zod";
import { SCOPES, type Scope } from "./scopes.ts";

const kept = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)).readonly(),
  created: z.string(),
  hash: z.string(),
});

/** A token as anybody may see it. */
export type Token = Omit<z.infer<typeof kept>, "version" | "hash">;

export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** One file a token, `STATE_DIR/tokens/ID.json`; what is in it opens nothing. To lose them is harmless: new ones are made. */
export interface Tokens {
  /** The token itself, this once. */
  create(request: TokenRequest): Promise<{ readonly token: Token; readonly text: string }>;
  /** The oldest first. */
  list(): Promise<readonly Token[]>;
  /** @throws BackurneError `not-found` */
  revoke(id: string): Promise<void>;
  /**
   * Whose it is; undefined: nobody's. Read each time, so that a revoked one is worth nothing from then on.
   * @throws Error that is for the log alone: nobody has been let in yet
   */
  find(text: string): Promise<Token | undefined>;
  /** By its id, for whoever has shown the token before; undefined: it was revoked. @throws as `find` does. */
  get(id: string): Promise<Token | undefined>;
}

const TEXT = /^bkn_(?<id>[0-9a-f]{12})_(?<secret>[\w-]{43})$/;

export function openTokens(stateDir: string, now: () => number): Tokens {
  const directory = join(stateDir, "tokens");
  const fileOf = (id: string): string => join(directory, `${id}.json`);
  return {
    async create({ name, scopes }) {
      const [id, secret] = [randomBytes(6).toString("hex"), randomBytes(32).toString("base64url")];
      const token = { id, name, scopes, created: new Date(now()).toISOString() };
      try {
        // Those who may only ask `check` have to reach its file in there, whoever is the first to make the directory.
        await mkdir(stateDir, { recursive: true, mode: 0o755 });
        await mkdir(directory, { recursive: true, mode: 0o700 });
        const text = `${JSON.stringify({ version: 1, ...token, hash: hashOf(secret) })}\n`;
        await writeFile(fileOf(id), text, { flag: "wx", mode: 0o600 });
      } catch (cause) {
        throw new BackurneError("unexpected", `cannot keep the token: ${describeError(cause)}`, {
          cause,
          hint: "state_dir has to be a directory that backurne may write",
        });
      }
      return { token, text: `bkn_${id}_${secret}` };
    },
    async list() {
      const names = await readdir(directory).catch(orElse([]));
      const files = names.filter((name) => name.endsWith(".json"));
      const found = await Promise.all(files.map((name) => read(join(directory, name))));
      return found.flatMap((one) => (one ? [withoutHash(one)] : [])).sort((a, b) => (a.created < b.created ? -1 : 1));
    },
    async revoke(id) {
      if (!/^[0-9a-f]{12}$/.test(id) || !(await read(fileOf(id)))) {
        throw new BackurneError("not-found", "there is no such token", { hint: "`backurne token ls` shows them all" });
      }
      await rm(fileOf(id));
    },
    async find(text) {
      const { id, secret } = TEXT.exec(text)?.groups ?? {};
      if (id === undefined || secret === undefined) return undefined;
      const found = await read(fileOf(id)).catch(forTheLog);
      const same = timingSafeEqual(Buffer.from(hashOf(secret), "hex"), Buffer.from(found?.hash ?? hashOf(""), "hex"));
      return found && same ? withoutHash(found) : undefined;
    },
    async get(id) {
      const found = await read(fileOf(id)).catch(forTheLog);
      return found && withoutHash(found);
    },
  };
}

/** 256 random bits need no salt and no slowness. */
function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** What is not there, or not a token, lets nobody in; what must not be read is trouble, and not somebody's wrong token. */
async function read(file: string): Promise<z.infer<typeof kept> | undefined> {
  const text = await readFile(file, "utf8").catch(orElse(undefined));
  if (text === undefined) return undefined;
  try {
    const found = kept.parse(JSON.parse(text));
    return /^[0-9a-f]{64}$/.test(found.hash) ? found : undefined;
  } catch {
    return undefined;
  }
}

function orElse<T>(nothing: T): (error: unknown) => T {
  return unlessThere(nothing, {
    what: "the tokens",
    hint: "they belong to the user who made them: `backurne serve` and `backurne token` have to be the same one",
  });
}

/** Whoever asks is not told where we keep what, nor what is wrong with it. */
function forTheLog(cause: BackurneError): never {
  throw new Error(`${cause.message} (${cause.hint})`, { cause });
}

function withoutHash({ version: _version, hash: _hash, ...token }: z.infer<typeof kept>): Token {
  return token;
}
