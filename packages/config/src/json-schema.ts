import { z } from "zod";
import { config } from "./schema/config.ts";

/** JSON Schema (2020-12) of the configuration file, for editors. What needs two keys to judge is not in it. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: "backurne configuration", ...z.toJSONSchema(config, { io: "input" }) };
}
