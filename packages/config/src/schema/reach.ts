import { z } from "zod";
import { section } from "./section.ts";
import { absolutePath, cephName, destination, port, text } from "./words.ts";

export const address = {
  pool: cephName,
  namespace: cephName.optional(),
  ceph_conf: absolutePath.optional().describe("Default: Ceph's own, /etc/ceph/ceph.conf"),
  ceph_id: cephName.optional().describe("The cephx user without `client.`; default: admin"),
};

export const helper = section({ cmd: text, args: z.array(z.string()).optional() });

export const ssh = section({
  user: cephName.optional(),
  port: port.optional(),
  identity_file: absolutePath.optional(),
  config_file: absolutePath.optional(),
});

/** Of one storage of a Proxmox cluster; what it does not say is as for the whole cluster. */
export const endpoint = z.union(
  [
    destination,
    section({
      fqdn: destination.optional().describe("Default: the storage's name"),
      ceph_conf: address.ceph_conf,
      ceph_id: address.ceph_id,
      ssh: ssh.optional(),
    }),
  ],
  { error: "expected an ssh destination, or a mapping like {fqdn: ceph1, ceph_id: backurne}" },
);
