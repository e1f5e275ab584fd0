import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import { JSON_TYPE } from "./form.ts";
import { requireScope } from "./guard/who.ts";
import { PROBLEM_TYPE, problem, RequestRefused } from "./problem.ts";
import type { Env, Scene } from "./scene.ts";
import type { Scope } from "./scopes.ts";

export const PREFIX = "/api/v1";

type Fields = z.ZodObject;

/** One thing that can be asked: who may, what comes in, the use case, what goes out. */
interface Spec<P extends Fields, Q extends Fields, B extends z.ZodType> {
  readonly method: "get" | "post" | "delete";
  /** As OpenAPI writes it, under the prefix. */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** What is answered; undefined: `run` answers by itself, with a stream of this type (else server-sent events). */
  readonly answer?: z.ZodType | undefined;
  readonly streams?: readonly string[];
  readonly status?: 200 | 201 | 202;
  readonly run: (asked: Asked<z.output<P>, z.output<Q>, z.output<B>>, scene: Scene) => Promise<unknown>;
}

export interface Asked<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly context: Context<Env>;
}

export type Endpoint = Spec<Fields, Fields, z.ZodType>;

const nothing = z.object({});

/** Types what `run` is given by what the schemas let in. */
export function endpoint<
  P extends Fields = typeof nothing,
  Q extends Fields = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: Spec<P, Q, B>): Endpoint {
  return spec as unknown as Endpoint;
}

export function mount(app: OpenAPIHono<Env>, endpoints: readonly Endpoint[], scene: Scene): void {
  for (const spec of endpoints) {
    const route = routeOf(spec);
    const handle = async (context: Context<Env>): Promise<Response> => {
      const valid = (where: "param" | "query" | "json"): unknown => context.req.valid(where as never);
      const asked = {
        params: spec.params && valid("param"),
        query: spec.query && valid("query"),
        body: spec.body && valid("json"),
        context,
      } as Asked<never, never, never>;
      const answer = await spec.run(asked, scene);
      return answer instanceof Response ? answer : context.json(answer as never, spec.status ?? 200);
    };
    // Its types know only what it is told of answers; tests hold each answer against its schema.
    app.openapi(route, handle as never);
  }
}

function routeOf({ method, path, scope, summary, params, query, body, answer, streams, status = 200 }: Endpoint) {
  const json = (schema: z.ZodType) => ({ "application/json": { schema } });
  const stream = Object.fromEntries((streams ?? ["text/event-stream"]).map((type) => [type, { schema: z.string() }]));
  const good = answer ? json(answer) : stream;
  const middleware: MiddlewareHandler[] = [requireScope(scope), ...(body ? [requireJson] : [])];
  return createRoute({
    method,
    path: `${PREFIX}${path}`,
    summary,
    security: [{ token: [scope] }],
    middleware,
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { content: json(body), required: true } }),
    },
    responses: {
      [status]: { description: summary, content: good },
      default: { description: "What went wrong", content: { [PROBLEM_TYPE]: { schema: problem } } },
    },
  });
}

/** No form of another site can send it. */
const requireJson: MiddlewareHandler = async ({ req }, next) => {
  if (!JSON_TYPE.test(req.header("content-type") ?? "")) {
    throw new RequestRefused("not-json", "the body has to be JSON, with content-type: application/json");
  }
  await next();
};
