import { z } from "zod";
import { section } from "./section.ts";
import { absolutePath, text, url } from "./words.ts";

export const profilesApi = z.union(
  [
    url,
    section({
      url,
      token: text.optional(),
      token_file: text.optional().describe("Relative to the configuration file"),
      ca_file: absolutePath.optional(),
      may_lower: z.boolean().optional().describe("It may keep less than is configured, too (default false)"),
    }),
  ],
  { error: "expected a URL or {url: …}" },
);
