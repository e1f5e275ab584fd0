import { z } from "zod";
import { section } from "./section.ts";

/** Whoever is let in speaks with a token, and over plain HTTP: what leaves this host needs a proxy that speaks TLS. */
export const LISTEN =
  /^(?:unix:(?<socket>\/[^\0\n]+)|(?<host>127(?:\.\d{1,3}){3}|\[::1\]|localhost):(?<port>\d{1,5}))$/;

export const api = section({
  listen: z
    .string()
    .regex(LISTEN, 'expected "unix:/absolute/path", or a loopback address with its port, as "127.0.0.1:5000"')
    .default("127.0.0.1:5000")
    .describe("Where `backurne serve` listens; what is to be reached from elsewhere needs a proxy that speaks TLS"),
  hosts: z
    .array(
      z.string().regex(/^[a-z0-9.-]+(?::\d{1,5})?$/i, "expected the name of a host, with its port where it has one"),
    )
    .default([])
    .describe("Names by which a proxy in front is called; a request for another host is refused"),
});
