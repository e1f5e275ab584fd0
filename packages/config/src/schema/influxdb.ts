import { z } from "zod";
import { section } from "./section.ts";
import { absolutePath, mtls, port, text, url } from "./words.ts";

/** The old tool's keys, and what newer servers want. */
export const influxdb = section({
  url: url.optional().describe("Of the server; or host, port and tls"),
  host: text.optional(),
  port: port.optional().describe("Default 8086"),
  tls: z.boolean().optional(),
  db: text.optional().describe("InfluxDB 1: the database"),
  user: text.optional(),
  password: text.optional(),
  password_file: text.optional().describe("Relative to the configuration file"),
  org: text.optional().describe("InfluxDB 2: with bucket and token"),
  bucket: text.optional(),
  token: text.optional(),
  token_file: text.optional().describe("Relative to the configuration file"),
  verify_tls: z.boolean().optional().describe("false: whoever answers will do (default true)"),
  ca_file: absolutePath.optional(),
  mtls,
});

export const reportTime = z.union([z.literal(false), z.enum(["none", "syslog", "influxdb"]), absolutePath], {
  error: 'expected "syslog", "influxdb", "none", or a file by its absolute path',
});
