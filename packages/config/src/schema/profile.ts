import { PROFILE_NAME } from "@backurne/model";
import { z } from "zod";
import { section } from "./section.ts";
import { duration, text, whole } from "./words.ts";

const shape = {
  count: whole(1).describe(
    "How many intervals a point is kept, and how many good newer points exist at least before it goes",
  ),
  max_on_live: whole(0)
    .optional()
    .describe("How many extra snapshots stay on the live cluster (default 0); the newest shared one always stays"),
  priority: z.enum(["high", "normal"]).optional().describe("high: goes first (default normal)"),
  every: duration.optional().describe("The interval of a profile that is not hourly, daily, weekly, monthly or yearly"),
  at: text.optional().describe('Slots on the wall clock: ":15", "01:00", "Sun 02:00", "1 02:00", "Jan 1 02:00"'),
  default: z.boolean().optional().describe("false: applies only where a rule names it (default true)"),
};

const profileName = z
  .string()
  .regex(PROFILE_NAME, "a profile's name is made of letters, digits, _ and -")
  .meta({ description: "hourly, daily, weekly, monthly, yearly, or any name with `every`" });

export const profiles = z.record(profileName, section(shape));

/** Per cluster: each key given replaces that of the profile of the same name; `false` switches it off. */
export const profileOverrides = z.record(
  profileName,
  z.union([z.literal(false), section({ ...shape, count: shape.count.optional() })], {
    error: "expected false or a profile like {count: 30}",
  }),
);
