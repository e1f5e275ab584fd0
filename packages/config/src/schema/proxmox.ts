import { z } from "zod";
import { common } from "./common.ts";
import { address } from "./reach.ts";
import { section } from "./section.ts";
import { absolutePath, apiHost, fingerprints, port, text } from "./words.ts";

const tls = z.union([z.boolean(), section({ ca_file: absolutePath }), section({ fingerprint: fingerprints })], {
  error: "expected true, false, {ca_file: …} or {fingerprint: …}",
});

export const proxmoxCluster = section({
  ...common,
  type: z.literal("proxmox"),
  fqdn: z
    .union([apiHost, z.array(apiHost).min(1, "names no host")], {
      error: ({ input }) => (input === undefined ? "is missing" : "expected a host, or a list of hosts"),
    })
    .describe("Nodes that answer for the whole cluster; the next is asked when one does not"),
  port: port.default(8006),
  user: text.optional().describe("With its realm: root@pam"),
  password: text.optional(),
  password_file: text.optional().describe("Relative to the configuration file"),
  token_id: text.optional().describe("user@realm!name"),
  token_secret: text.optional(),
  token_secret_file: text.optional(),
  tls: tls.default(true).describe("true: the host's certificate authorities; false: whoever answers"),
  use_smbios: z
    .boolean()
    .default(true)
    .describe("Guests are known by their smbios UUID, whatever storage they are on; false: by storage and image"),
  uuid_fallback: z.boolean().optional(),
  ceph_conf: address.ceph_conf,
  ceph_id: address.ceph_id,
});
