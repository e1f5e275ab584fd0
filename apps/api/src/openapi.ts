import { OpenAPIHono } from "@hono/zod-openapi";
import { mount } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import type { Env, Scene } from "./scene.ts";

/** OpenAPI 3.1, from the very schemas that requests are held against. */
export function describeApi(app: OpenAPIHono<Env>): object {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "backurne",
      version: "1",
      description: "Incremental backups of Ceph RBD images to another Ceph cluster.",
      license: { name: "GPL-3.0-or-later" },
    },
    servers: [{ url: "/" }],
  });
  const token = {
    type: "http",
    scheme: "bearer",
    description: "Made by `backurne token create --scope read`",
  } as const;
  return { ...document, components: { ...document.components, securitySchemes: { token } } };
}

/** The document without a server: what is described depends on nothing that a scene holds. */
export function documentApi(): object {
  const app = new OpenAPIHono<Env>();
  mount(app, ENDPOINTS, {} as Scene);
  return describeApi(app);
}
