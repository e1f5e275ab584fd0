import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { BackurneError, type ApiSettings } from "@backurne/model";
import type { z } from "zod";
import { mount, PREFIX } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { JSON_TYPE } from "./form.ts";
import { MOST_WRITTEN, recordChanges } from "./guard/record.ts";
import { requireHost, requireOwnOrigin, requirePageForCookie } from "./guard/where.ts";
import { requireScope, requireToken } from "./guard/who.ts";
import { openKnown } from "./known.ts";
import { openMetrics } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { answerLogin, mountDoor, wantsPage } from "./page/door.ts";
import { mountPage } from "./page/mount.ts";
import { answerTrouble } from "./page/trouble.ts";
import { answerProblem, problemOf, RequestRefused } from "./problem.ts";
import { mountOld } from "./routes/old.ts";
import type { Env, Scene } from "./scene.ts";

/** Bytes; the longest history somebody tries a policy on. All other bodies are written down whole. */
const LONGEST = 1 << 20;

/** Where it listens unless the configuration says. */
export const DEFAULT_API: ApiSettings = { listen: { host: "127.0.0.1", port: 5000 }, hosts: [] };

/** The page runs its own script and no other, and sends forms and questions only here. */
const HEADERS = {
  xFrameOptions: "DENY",
  // Without any referrer a browser would not say either from which page a form comes.
  referrerPolicy: "same-origin",
  // What is of a guest has a stricter policy of its own.
  overwrite: false,
  // Whether there is TLS is the proxy's to know.
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", NONCE],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Who asks is looked at before what is asked: nothing but `/health` is answered without a token. */
export function buildApp(scene: Scene): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    defaultHook(result) {
      if (!result.success) throw new BackurneError("usage", describeIssues(result.error));
    },
  });
  app.onError((error, context) => {
    const found = problemOf(fromHono(error));
    if (found.status === 500) scene.log("a request failed", error);
    if (!wantsPage(context)) return answerProblem(found);
    return found.status === 401 ? answerLogin(context, false) : answerTrouble(context, found);
  });
  // Whoever is not known here has been sent away before.
  app.notFound((context) => {
    const found = problemOf(new BackurneError("not-found", `there is no ${context.req.path}`));
    return wantsPage(context) ? answerTrouble(context, found) : answerProblem(found);
  });

  app.use(secureHeaders(HEADERS));
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });
  app.use(requireHost(scene.settings.api ?? DEFAULT_API));
  app.use(requireOwnOrigin());
  app.get("/health", (context) => context.json({ version: 1, kind: "health", ok: true }));
  const [longest, written] = [limitBody(LONGEST), limitBody(MOST_WRITTEN)];
  app.use((context, next) => (hasHistory(context) ? longest : written)(context, next));
  mountDoor(app, scene);
  app.use(requireToken(scene));
  app.use(requirePageForCookie());
  app.use(recordChanges(scene));

  mount(app, ENDPOINTS, scene);
  mountOld(app, scene);
  const known = openKnown(scene.backurne, { now: scene.now, failed: (error) => scene.log("cannot look", error) });
  mountPage(app, scene, known);
  const metrics = openMetrics(scene, known);
  app.get("/metrics", requireScope("read"), async (context) => {
    return context.text(await metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  app.get("/openapi.json", requireScope("read"), (context) => context.json(describeApi(app)));
  return app;
}

function hasHistory({ req }: Context<Env>): boolean {
  return req.path === `${PREFIX}/simulation` && JSON_TYPE.test(req.header("content-type") ?? "");
}

function limitBody(maxSize: number): MiddlewareHandler<Env> {
  return bodyLimit({
    maxSize,
    onError() {
      throw new RequestRefused("too-large", `a body has at most ${maxSize} bytes here`);
    },
  });
}

/** A body that is no JSON is the asker's mistake. */
function fromHono(error: Error): unknown {
  if (!(error instanceof HTTPException)) return error;
  return error.status < 500 ? new BackurneError("usage", error.message) : error;
}

function describeIssues({ issues }: z.core.$ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message))
    .join("; ");
}
