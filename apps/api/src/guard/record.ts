import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { Env, Scene } from "../scene.ts";

/** Writes down who asks for a change before it is made, and what was answered after it; what was looked up is old then. */
export function recordChanges({ audit, now, reads }: Pick<Scene, "audit" | "now" | "reads">): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { method, path } = context.req;
    if (method === "GET" || method === "HEAD") return next();
    const { id: token, name } = context.get("caller");
    const request = randomUUID();
    const line = () => ({ at: new Date(now()).toISOString(), request, token, name, method, path });
    await audit(line());
    await next();
    reads.forget();
    await audit({ ...line(), status: context.res.status });
  };
}
