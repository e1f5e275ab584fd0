import type { ApiSettings } from "@backurne/model";
import type { MiddlewareHandler } from "hono";
import { RequestRefused } from "../problem.ts";
import type { Env } from "../scene.ts";

/**
 * A page of another site may make a browser on this host ask us, under a name of its own that leads to loopback. So only
 * names that are ours are answered. No browser reaches a unix socket; who puts a proxy before it names its hosts.
 */
export function requireHost({ listen, hosts }: ApiSettings): MiddlewareHandler<Env> {
  const ours = new Set([...hosts.map((host) => host.toLowerCase()), ...("port" in listen ? namesOf(listen) : [])]);
  const any = "socket" in listen && hosts.length === 0;
  return async ({ req }, next) => {
    const host = req.header("host")?.toLowerCase() ?? "";
    if (!any && !ours.has(host)) {
      throw new RequestRefused("misdirected", "this host does not answer to that name", "name it under api.hosts");
    }
    await next();
  };
}

/** Loopback, and the very address that is listened on. */
function namesOf({ host, port }: Extract<ApiSettings["listen"], { readonly port: number }>): readonly string[] {
  const names = ["localhost", "127.0.0.1", "[::1]", host.toLowerCase()];
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
}

const SAFE = ["GET", "HEAD", "OPTIONS"];

/** What changes something comes from our own page, or from no page at all. */
export function requireOwnOrigin(): MiddlewareHandler<Env> {
  return async ({ req }, next) => {
    if (!SAFE.includes(req.method) && !isOwn(req.header("origin"), req.header("sec-fetch-site"), req.header("host"))) {
      throw new RequestRefused("forbidden", "a page of another site must not change anything here");
    }
    await next();
  };
}

function isOwn(origin: string | undefined, site: string | undefined, host: string | undefined): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  if (origin === undefined) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** A cookie comes along by itself: then the browser has to say that it is our page that asks. */
export function requirePageForCookie(): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { req } = context;
    if (!SAFE.includes(req.method) && context.get("caller").by === "cookie") {
      if (req.header("origin") === undefined && req.header("sec-fetch-site") !== "same-origin") {
        throw new RequestRefused("forbidden", "this came with a cookie, and does not say from which page");
      }
    }
    await next();
  };
}
