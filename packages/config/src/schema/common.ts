import { z } from "zod";
import { hooks } from "./hooks.ts";
import { profileOverrides } from "./profile.ts";
import { ssh } from "./reach.ts";
import { rules } from "./rules.ts";
import { rate, whole } from "./words.ts";

/** These words begin names of our own in the backup pool, and `;` parts the others. */
const clusterWord = z.string().regex(
  // oxlint-disable-next-line no-control-regex
  /^[^;%/@\u0000-\u001f\u007f]+$/,
  "expected a name of at least one character, without ; % / @ and control characters",
);

/** What every kind of cluster has. */
export const common = {
  name: clusterWord.describe("Unique; of a plain cluster it is the first part of the names of its backups"),
  ident_prefix: clusterWord
    .optional()
    .describe("Stands before the first part of the names of its backups, where two sources would share one"),
  profiles: profileOverrides
    .optional()
    .describe("Changes to the profiles above for this cluster; false switches one off"),
  ...rules,
  ssh: ssh.optional(),
  live_worker: whole(1).optional(),
  backup_worker: whole(1).optional().describe("Receives and expiries of this cluster at once, among those of the host"),
  download_compression: z.boolean().optional(),
  bandwidth: rate.optional().describe('Bytes a second for one transfer: "50M"'),
  fsfreeze: z.boolean().optional(),
  hooks: hooks.optional(),
};
