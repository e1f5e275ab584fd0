import { randomUUID } from "node:crypto";
import { BackurneError, describeError } from "@backurne/model";
import { openAudit, type AuditLine } from "./audit.ts";
import { problemOf } from "./problem.ts";
import { openTokens, type Tokens } from "./tokens.ts";

/** Who makes a token at the command line, and when. */
export interface AtHost {
  /** Epoch ms. */
  readonly now: () => number;
  readonly user: string;
  /** Hears what the audit log lacks. */
  readonly warn: (message: string) => void;
}

/** Tokens at the command line: each that is made or revoked is written down before and after it, as changes over HTTP are. */
export function openAuditedTokens(
  stateDir: string,
  { now, user, warn }: AtHost,
): Pick<Tokens, "create" | "revoke" | "list"> {
  const [tokens, audit] = [openTokens(stateDir, now), openAudit(stateDir)];

  /** @throws where it cannot be written down before: then it is not done. */
  async function record<T>(action: "create" | "revoke", asked: object, work: () => Promise<Done<T>>): Promise<T> {
    const request = randomUUID();
    const line = (): AuditLine => ({
      at: new Date(now()).toISOString(),
      request,
      token: undefined,
      name: undefined,
      user,
      method: "COMMAND",
      path: `token ${action}`,
    });
    await audit({ ...line(), body: JSON.stringify(asked) }).catch((cause: unknown) => {
      throw new BackurneError("unexpected", `cannot be written down, and is not done: ${describeError(cause)}`, {
        cause,
        hint: "state_dir has to be a directory that backurne may write",
      });
    });
    // It has been done, or not: whoever asked must not be told otherwise because of this.
    const end = (told: Pick<AuditLine, "status" | "made">): Promise<void> =>
      audit({ ...line(), ...told }).catch((error: unknown) =>
        warn(`the audit log lacks what came of it: ${describeError(error)}`),
      );
    try {
      const { answer, ...told } = await work();
      await end(told);
      return answer;
    } catch (error) {
      await end({ status: problemOf(error).status });
      throw error;
    }
  }

  return {
    list: () => tokens.list(),
    create: (request) =>
      record("create", request, async () => {
        const answer = await tokens.create(request);
        return { answer, status: 201, made: answer.token.id };
      }),
    revoke: (id) => record("revoke", { id }, async () => ({ answer: await tokens.revoke(id), status: 200 })),
  };
}

type Done<T> = Pick<AuditLine, "status" | "made"> & { readonly answer: T };
