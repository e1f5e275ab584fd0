import { z } from "zod";
import { section } from "./section.ts";
import { absolutePath, duration, mtls, port, text, url } from "./words.ts";

const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, "expected an address of mail: name@host");

export const notify = section({
  on: z
    .array(z.enum(["failure", "late", "recovery", "digest"]))
    .default(["failure", "late", "recovery"])
    .describe("What is told; digest: once a day how it went"),
  again: duration.default("1d").describe("What lasts is told again after so long, and nothing twice within it"),
  mail: section({
    host: text,
    port: port.optional().describe("Default: 25, 587 with starttls, 465 with wrapped"),
    tls: z.enum(["off", "starttls", "wrapped"]).optional().describe("Default: off for this host, starttls elsewhere"),
    ca_file: absolutePath.optional(),
    user: text.optional(),
    password: text.optional(),
    password_file: text.optional().describe("Relative to the configuration file"),
    from: address,
    to: z.array(address).min(1, "expected at least one address"),
  }).optional(),
  webhook: section({
    url,
    token: text.optional(),
    token_file: text.optional().describe("Relative to the configuration file"),
    ca_file: absolutePath.optional(),
    mtls,
  })
    .optional()
    .describe("Gets what there is to tell as JSON, by POST"),
  command: absolutePath.optional().describe("Gets what there is to tell as JSON on its stdin"),
});
