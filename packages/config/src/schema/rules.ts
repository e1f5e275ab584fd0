import { z } from "zod";
import { section } from "./section.ts";
import { text } from "./words.ts";

const vmid = z
  .union([z.int(), z.string()], { error: vmidMessage() })
  .refine((value) => isVmid(String(value)), { error: vmidMessage() });

function vmidMessage(): string {
  return "expected a number like 9000 or a range like 9000-9099";
}

function isVmid(value: string): boolean {
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(value) ?? [];
  return first !== undefined && Number(first) <= Number(last);
}

/** What a rule can look at. All keys of one match must fit. */
const match = section({
  name: text.optional().describe("Guest, or image of a plain cluster; * and ? are wildcards"),
  tag: text.optional(),
  vmid: vmid.optional().describe("A number, or a range: 9000-9099"),
  pool: text.optional().describe("Ceph's, or the resource pool of Proxmox that the guest is in"),
  namespace: text.optional(),
  storage: text.optional(),
  adapter: text.optional().describe("scsi0, virtio1, tpmstate0, …"),
  kind: z.enum(["qemu", "lxc"]).optional(),
}).refine((keys) => Object.keys(keys).length > 0, {
  error: 'matches nothing in particular; write {name: "*"} for everything',
  // A key that is not known is mistake enough.
  when: ({ issues }) => issues.length === 0,
});

export const rules = {
  exclude: z.array(match).optional().describe("Not backed up; what exists is kept until `backurne forget`"),
  include: z.array(match).optional().describe("Backed up whatever a later line excludes"),
  rules: z
    .array(
      section({
        match,
        profiles: z
          .array(text)
          .min(1, "names no profile; to back nothing up, write it under exclude")
          .optional()
          .describe("These profiles instead of the default ones"),
        fsfreeze: z.boolean().optional(),
      }),
    )
    .optional()
    .describe(
      "Other profiles for some. exclude, include and rules are one list in the order of their lines; the first match wins",
    ),
};
