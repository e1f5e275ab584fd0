import { z } from "zod";
import { section } from "./section.ts";
import { absolutePath } from "./words.ts";

const SOCKET = /^unix:(\/[^\0\n]+)$/;

/** A process that is root opens backups for those who are not: only members of a group may ask it. */
export const mapper = section({
  group: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/, "expected the name of a group of this host")
    .describe("Its members may ask"),
  listen: z
    .string()
    .regex(SOCKET, 'expected "unix:/absolute/path"')
    .default("unix:/run/backurne-mapper.sock")
    .transform((where) => SOCKET.exec(where)?.[1] ?? where)
    .describe("Where it is asked"),
  state_dir: absolutePath
    .default("/var/lib/backurne-mapper")
    .describe("Its journals; nobody but root may be able to write there"),
});
