import { PROFILE_NAME } from "@backurne/model";
import { isTimezone, parseDuration } from "@backurne/retention";
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { MOST_KEPT, readPolicy } from "../policy.ts";
import { judgeHistory, play } from "../simulation.ts";
import { instant } from "./words.ts";

const DAY = 86_400_000;
const duration = z.string().refine((text) => parseDuration(text) !== undefined, 'expected a duration like "6h"');
const profileName = z.string().max(64).regex(PROFILE_NAME);
const counts = z.record(z.string(), z.int());

const policy = z
  .record(
    profileName,
    z.strictObject({
      count: z.int().min(1).max(MOST_KEPT),
      max_on_live: z.int().min(0).max(MOST_KEPT).optional(),
      every: duration.optional(),
      at: z.string().max(32).optional(),
    }),
  )
  .refine((profiles) => Object.keys(profiles).length <= 16, "expected at most 16 profiles");

const point = z.strictObject({
  profile: profileName,
  time: instant,
  count: z.int().min(1).max(MOST_KEPT).optional(),
  held: z.boolean().optional(),
});

const simulated = endpoint({
  method: "post",
  path: "/simulation",
  scope: "read",
  summary:
    "Try a policy: the verdict on each point of a history, what is due, and years of runs; nothing real is touched",
  body: z.strictObject({
    profiles: policy,
    history: z.array(point).max(5_000).optional(),
    now: instant.optional(),
    timezone: z.string().refine(isTimezone, "there is no such time zone").optional(),
    state: z.enum(["present", "vanished"]).optional(),
    extra_retention_time: z.number().min(0).max(36_500).optional(),
    play: z.strictObject({ days: z.int().min(1).max(3_660), every: duration.optional() }).optional(),
  }),
  answer: z.strictObject({
    version: z.literal(1),
    kind: z.literal("simulation"),
    at: z.string(),
    verdicts: z.array(
      z.strictObject({
        profile: z.string(),
        time: z.string(),
        count: z.int(),
        keep: z.boolean(),
        because: z.string(),
        ordinary: z.boolean().optional(),
      }),
    ),
    due: z.array(z.strictObject({ profile: z.string(), due: z.boolean(), because: z.string(), next: z.string() })),
    played: z
      .strictObject({
        runs: z.int(),
        most: z.int(),
        standing: z.array(z.strictObject({ at: z.string(), points: counts })),
        left: z.array(z.strictObject({ profile: z.string(), time: z.string() })),
      })
      .optional(),
  }),
  async run({ body }, scene) {
    const profiles = Object.entries(body.profiles).map(([name, one]) => readPolicy(name, one));
    const now = body.now === undefined ? scene.now() : Date.parse(body.now);
    const timezone = body.timezone ?? scene.settings.timezone;
    const extraRetention =
      body.extra_retention_time === undefined ? scene.settings.extraRetention : body.extra_retention_time * DAY;
    const tried = { profiles, now, timezone, extraRetention, state: body.state ?? "present" } as const;
    const every = body.play?.every === undefined ? undefined : parseDuration(body.play.every);
    return {
      version: 1,
      kind: "simulation",
      at: new Date(now).toISOString(),
      ...judgeHistory(body.history ?? [], tried),
      ...(body.play && { played: await play(tried, { days: body.play.days, every }) }),
    };
  },
});

export const simulationRoutes = [simulated];
