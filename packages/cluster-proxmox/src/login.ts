import type { ProxmoxApi } from "@backurne/model";
import { z } from "zod";
import { ProxmoxError } from "./error.ts";
import { Secret } from "./secret.ts";

/** Speaks for one user. */
export interface Login {
  /** Headers for one request; may log in first. */
  headers(method: string): Promise<Pass>;
  /** What was given in `refused` is no good any more. False: there is nothing to renew. */
  renew(refused: Pass): boolean;
  /** Takes out of a text whatever is secret. */
  scrub(text: string): string;
}

/** What lets a request in. */
export interface Pass {
  /** Their values are secret. */
  readonly headers: ReadonlyMap<string, Secret>;
}

interface Ticket {
  readonly text: Secret;
  readonly cookie: Secret;
  readonly csrf: Secret;
  /** ms of the clock given. */
  readonly since: number;
}

export interface LoginOptions {
  /** Sends the form to /access/ticket; its answer's `data`. */
  askTicket(form: Readonly<Record<string, string>>): Promise<unknown>;
  /** ms */
  readonly lifetime: number;
  /** A clock that never goes back, ms. */
  now(): number;
}

export function openLogin(login: ProxmoxApi["login"], options: LoginOptions): Login {
  return "tokenId" in login ? withToken(login.tokenId, new Secret(login.tokenSecret)) : withPassword(login, options);
}

function withToken(id: string, secret: Secret): Login {
  const pass = { headers: new Map([["authorization", new Secret(`PVEAPIToken=${id}=${secret.reveal()}`)]]) };
  return { headers: async () => pass, renew: () => false, scrub: (text) => secret.scrub(text) };
}

const answer = z.object({ ticket: z.string().min(1), CSRFPreventionToken: z.string().min(1) });

function withPassword(login: { readonly user: string; readonly password: string }, options: LoginOptions): Login {
  const { user } = login;
  const password = new Secret(login.password);
  let ticket: Ticket | undefined;
  let underWay: Promise<Ticket> | undefined;
  /** Of the last two tickets: an answer to the one before may still come. */
  let told: readonly Secret[] = [];

  async function logIn(): Promise<Ticket> {
    const since = options.now();
    const read = answer.safeParse(await options.askTicket({ username: user, password: password.reveal() }));
    if (!read.success) {
      // A user with a second factor gets a challenge in the place of a ticket.
      const reason = "no ticket came: users with a second factor cannot log in here";
      throw new ProxmoxError({ request: "POST /access/ticket", reason, hint: "use an API token" });
    }
    const cookie = new Secret(`PVEAuthCookie=${read.data.ticket}`);
    ticket = { text: new Secret(read.data.ticket), cookie, csrf: new Secret(read.data.CSRFPreventionToken), since };
    told = [ticket.text, ticket.csrf, ...told.slice(0, 2)];
    return ticket;
  }

  return {
    async headers(method) {
      const young = ticket && options.now() - ticket.since <= options.lifetime ? ticket : undefined;
      // All who come while a login is under way share it.
      underWay ??= young ? undefined : logIn().finally(() => (underWay = undefined));
      const { cookie, csrf } = young ?? (await (underWay as Promise<Ticket>));
      return {
        headers: new Map(
          method === "GET"
            ? [["cookie", cookie]]
            : [
                ["cookie", cookie],
                ["csrfpreventiontoken", csrf],
              ],
        ),
      };
    },
    renew({ headers }) {
      if (ticket?.cookie === headers.get("cookie")) ticket = undefined; // else somebody has renewed it already
      return true;
    },
    scrub: (text) => [password, ...told].reduce((clean, secret) => secret.scrub(clean), text),
  };
}
