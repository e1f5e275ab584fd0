import type { OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../guard/who.ts";
import type { Env, Scene } from "../scene.ts";
import { sheet } from "./layout.ts";
import { verificationSheet } from "./verifications.ts";

/** Comparing an image with its source: beginning it, following it, stopping it. */
export function mountVerifications(app: OpenAPIHono<Env>, scene: Scene): void {
  const { verifications } = scene;
  const backup = requireScope("backup");

  app.post("/images/:image/verify", backup, (context) => {
    const { id } = verifications.start({ image: context.req.param("image"), manner: "full" });
    return context.redirect(`/verifications/${id}`, 303);
  });
  app.get("/verifications/:id", requireScope("read"), async (context) => {
    const caller = context.get("caller");
    const body = await verificationSheet(verifications.find(context.req.param("id")), { scene, caller });
    return context.html(await sheet({ title: "Verification", at: "/runs", body, caller }));
  });
  app.post("/verifications/:id/stop", backup, (context) => {
    const { id } = verifications.cancel(context.req.param("id"), context.get("caller").name);
    return context.redirect(`/verifications/${id}`, 303);
  });
}
