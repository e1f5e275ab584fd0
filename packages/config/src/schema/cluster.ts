import { z } from "zod";
import { common } from "./common.ts";
import { proxmoxCluster } from "./proxmox.ts";
import { address, helper } from "./reach.ts";
import { section } from "./section.ts";
import { destination } from "./words.ts";

export const plainCluster = section({
  ...common,
  type: z.literal("plain"),
  fqdn: destination.optional().describe("ssh destination of a host with rbd; or use_helper"),
  use_helper: helper.optional().describe("A command that runs what is appended to it, such as kubectl exec"),
  get_helper: helper.optional().describe("Its output replaces %HELPERNAME% in use_helper"),
  ...address,
});

export const liveCluster = z.discriminatedUnion("type", [plainCluster, proxmoxCluster], {
  error: (issue) => (issue.code === "invalid_union" ? 'expected "plain" or "proxmox"' : undefined),
});
