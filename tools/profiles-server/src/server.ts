import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { findAnswer, readRules } from "./rules.ts";

/** What backurne asks, as far as it matters here: once for each disk. */
const question = z.object({
  cluster: z.object({ name: z.string() }),
  vm: z.object({ vmid: z.number(), name: z.string(), tags: z.array(z.string()).default([]) }),
});

export type Question = z.infer<typeof question>;

export interface ProfilesServerOptions {
  readonly rulesFile: string;
  /** Whoever asks has to show it. */
  readonly token?: string | undefined;
  log(line: string): void;
}

/** Put your own logic, a database or an inventory in the place of the file of rules. */
export function createProfilesServer({ rulesFile, token, log }: ProfilesServerOptions): Server {
  return createServer(async (request, response) => {
    const [status, answer] = await answerTo(request).catch((error: unknown) => {
      log(String(error));
      // Anything but 2xx counts as no answer: backurne uses the last good one, and warns.
      return [error instanceof BadQuestion ? 400 : 500, {}] as const;
    });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });

  async function answerTo(request: IncomingMessage): Promise<readonly [status: number, answer: object]> {
    if (request.method !== "POST") return [405, {}];
    if (token !== undefined && !isSame(request.headers.authorization ?? "", `Bearer ${token}`)) return [401, {}];
    const asked = question.safeParse(await json(request).catch(() => undefined));
    if (!asked.success) throw new BadQuestion(z.prettifyError(asked.error));
    const answer = findAnswer(await readRules(rulesFile), asked.data);
    log(`${asked.data.cluster.name}/${asked.data.vm.name}: ${JSON.stringify(answer)}`);
    return [200, answer];
  }
}

class BadQuestion extends Error {}

/** How long it takes says nothing about how much of it was right. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
