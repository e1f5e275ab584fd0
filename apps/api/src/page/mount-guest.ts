import type { OpenAPIHono } from "@hono/zod-openapi";
import type { GuestMoment, ImageUsage } from "@backurne/model";
import type { MapImagesRequest } from "backurne";
import { readForm } from "../form.ts";
import { requireScope } from "../guard/who.ts";
import { mapHere } from "../mapped.ts";
import { disksOf, findMoment, holdMoment, lookAtGuest, releaseMoment } from "../moments.ts";
import type { Env, Scene } from "../scene.ts";
import { guestSheet, momentId, titleOf } from "./guest.ts";
import { readHold } from "./hold.ts";
import { sheet } from "./layout.ts";
import { LIFETIME } from "./mount-files.ts";
import { guestPath } from "./words.ts";

/** The page of a guest, and what can be done there. `usage`: as far as somebody knows by now. */
export function mountGuest(
  app: OpenAPIHono<Env>,
  scene: Scene,
  usage: () => Promise<readonly ImageUsage[] | undefined>,
): void {
  app.get("/guests/:guest", requireScope("read"), async (context) => {
    const reference = context.req.param("guest");
    const [found, used] = await Promise.all([lookAtGuest(reference, scene), usage()]);
    const caller = context.get("caller");
    const body = await guestSheet(found, { reference, used, scene, caller });
    return context.html(await sheet({ title: titleOf(found.guest), at: "/", body, caller }));
  });
  app.post("/guests/:guest/map", requireScope("map"), async (context) => {
    const { at } = await readForm(context);
    const { moment } = await findMoment(context.req.param("guest"), at, scene);
    const { id } = await mapHere({ ...requestOf(moment), lifetime: LIFETIME }, context, scene);
    return context.redirect(`/mappings#${id}`, 303);
  });
  app.post("/guests/:guest/hold", requireScope("backup"), async (context) => {
    const guest = context.req.param("guest");
    const { at, ...hold } = await readHold(context, scene);
    const { moment, index } = await findMoment(guest, at, scene);
    await holdMoment(moment, hold, scene);
    return context.redirect(`${guestPath(guest)}#${momentId(index)}`, 303);
  });
  app.post("/guests/:guest/release", requireScope("admin"), async (context) => {
    const guest = context.req.param("guest");
    const { at } = await readForm(context);
    const found = await findMoment(guest, at, scene);
    await releaseMoment(found, scene);
    return context.redirect(`${guestPath(guest)}#${momentId(found.index)}`, 303);
  });
}

function requestOf(moment: GuestMoment): MapImagesRequest {
  const disks = disksOf(moment);
  const [first, ...others] = disks as [(typeof disks)[number], ...typeof disks];
  const { image, snapshot } = first;
  return { image, snapshot, with: others.map((other) => `${other.image}@${other.snapshot}`) };
}
