import type { OpenAPIHono } from "@hono/zod-openapi";
import { BackurneError, type GuestMoment, type ImageUsage } from "@backurne/model";
import type { MapImagesRequest } from "backurne";
import { readForm } from "../form.ts";
import { requireScope } from "../guard/who.ts";
import { mapHere } from "../mapped.ts";
import type { Env, Scene } from "../scene.ts";
import { guestSheet, titleOf } from "./guest.ts";
import { sheet } from "./layout.ts";
import { LIFETIME } from "./mount-files.ts";

/** The page of a guest, and what can be done there. `usage`: as far as somebody knows by now. */
export function mountGuest(
  app: OpenAPIHono<Env>,
  scene: Scene,
  usage: () => Promise<readonly ImageUsage[] | undefined>,
): void {
  const { backurne, reads } = scene;
  const look = (reference: string) => reads.share(`guest ${reference}`, () => backurne.guest(reference));

  app.get("/guests/:guest", requireScope("read"), async (context) => {
    const reference = context.req.param("guest");
    const [found, used] = await Promise.all([look(reference), usage()]);
    const caller = context.get("caller");
    const body = await guestSheet(found, { reference, used, scene, caller });
    return context.html(await sheet({ title: titleOf(found.guest), at: "/", body, caller }));
  });
  app.post("/guests/:guest/map", requireScope("map"), async (context) => {
    const { at } = await readForm(context);
    const { moments } = await look(context.req.param("guest"));
    const moment = moments.find((one) => one.at === at);
    if (!moment) throw new BackurneError("not-found", "there is no such moment of this guest");
    const { id } = await mapHere({ ...requestOf(moment), lifetime: LIFETIME }, context, scene);
    return context.redirect(`/mappings#${id}`, 303);
  });
}

/** Each disk once, by what is left of it; of twins the one that came with the stream. */
function requestOf({ points }: GuestMoment): MapImagesRequest {
  const disks = [...new Map(points.toReversed().map((point) => [point.disk, point])).values()].reverse();
  const [first, ...others] = disks as [(typeof disks)[number], ...typeof disks];
  const { image, snapshot } = first;
  return { image, snapshot, with: others.map((other) => `${other.image}@${other.snapshot}`) };
}
