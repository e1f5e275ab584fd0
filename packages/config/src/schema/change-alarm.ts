import { z } from "zod";
import { parseRate } from "../rate.ts";
import { section } from "./section.ts";

const SIZE = 'expected bytes: a number, or text like "1G" (K, M and G are powers of 1024)';
const size = z.union([z.int(), z.string()], { error: SIZE }).refine((value) => parseRate(value) !== undefined, SIZE);

const limits = section({
  factor: z.number().min(1, "expected a number, 1 or more").default(8).describe("Times what is usual at most"),
  at_least: size.default("1G").describe("Less than this never raises one"),
  percent: z
    .number()
    .min(0, "expected a percentage, 0 to 100")
    .max(100, "expected a percentage, 0 to 100")
    .default(25)
    .describe("Of the used size"),
});

export const changeAlarm = z
  .union([z.literal(false), limits], { error: "expected false, or factor, at_least and percent" })
  .describe("A run that changes far more of a disk than usual stops its expiry until somebody has looked");
