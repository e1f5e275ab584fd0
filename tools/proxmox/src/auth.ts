import { createHmac, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Refusal, unauthorized } from "./refusal.ts";

/** Who may come in. */
export interface Accounts {
  /** Password by user: `root@pam`. */
  readonly users: Readonly<Record<string, string>>;
  /** Secret by token: `root@pam!backurne`. */
  readonly tokens: Readonly<Record<string, string>>;
}

interface Ticket {
  readonly username: string;
  readonly ticket: string;
  readonly CSRFPreventionToken: string;
}

export interface Door {
  logIn(username: string, password: string): Ticket;
  /** Who asks; a refusal for everybody else. */
  identify(headers: IncomingHttpHeaders, method: string): string;
  /** All tickets so far are worth nothing. */
  expire(): void;
}

/** Seconds: how long tickets live, and how far clocks may be apart. */
const LIFETIME = 2 * 3600;
const GRACE = 300;

export function openDoor({ users, tokens }: Accounts): Door {
  let key = randomBytes(32);
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64");

  function holderOf(ticket: string): string | undefined {
    const [, plain = "", user, time = "", signature] = /^(PVE:([^:]+):([0-9A-F]{8}))::(.+)$/.exec(ticket) ?? [];
    return sign(plain) === signature && isYoung(time) ? user : undefined;
  }

  return {
    logIn(username, password) {
      // A ticket is as good as the password: that is how it is renewed.
      if (users[username] !== password && holderOf(password) !== username)
        throw new Refusal(401, "authentication failure");
      const time = hexTime();
      const plain = `PVE:${username}:${time}`;
      const csrf = `${time}:${sign(`${time}:${username}`)}`;
      return { username, ticket: `${plain}::${sign(plain)}`, CSRFPreventionToken: csrf };
    },
    identify({ cookie, authorization, csrfpreventiontoken }, method) {
      const ticket = read(cookie, "PVEAuthCookie") ?? read(authorization, "PVEAuthCookie");
      if (ticket === undefined) return verifyToken(read(authorization, "PVEAPIToken"), tokens);
      const user = holderOf(ticket);
      if (user === undefined) throw unauthorized("permission denied - invalid PVE ticket");
      const [time = "", signature] = String(csrfpreventiontoken).split(/:(.*)/);
      const proven = sign(`${time}:${user}`) === signature && isYoung(time);
      if (method !== "GET" && !proven) throw unauthorized("Permission denied - invalid csrf token");
      return user;
    },
    expire: () => void (key = randomBytes(32)),
  };
}

function verifyToken(token: string | undefined, tokens: Accounts["tokens"]): string {
  if (token === undefined) throw unauthorized("No ticket");
  const [, id = "", secret] = /^(.*?)=(.*)$/.exec(token) ?? [];
  const [user = "", name = ""] = id.split("!");
  if (!Object.hasOwn(tokens, id)) throw unauthorized(`no such token '${name}' for user '${user}'`);
  if (tokens[id] !== secret) throw unauthorized("invalid token value!");
  return id;
}

/** `name=value` or `name value`: Proxmox reads both, in both headers. */
function read(header: string | undefined, name: string): string | undefined {
  const [, value] = new RegExp(`(?:^|\\s)${name}(?:=| )([^;]*)`).exec(header ?? "") ?? [];
  return value?.replace(/%[0-9a-f]{2}/gi, decodeURIComponent);
}

function hexTime(): string {
  return seconds().toString(16).toUpperCase().padStart(8, "0");
}

function isYoung(time: string): boolean {
  const age = seconds() - Number.parseInt(time, 16);
  return age > -GRACE && age < LIFETIME;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
