import { z } from "zod";
import { api } from "./api.ts";
import { changeAlarm } from "./change-alarm.ts";
import { liveCluster } from "./cluster.ts";
import { hooks } from "./hooks.ts";
import { influxdb, reportTime } from "./influxdb.ts";
import { mapper } from "./mapper.ts";
import { notify } from "./notify.ts";
import { profiles } from "./profile.ts";
import { profilesApi } from "./profiles-api.ts";
import { address, endpoint } from "./reach.ts";
import { section } from "./section.ts";
import { absolutePath, duration, rate, text, timezone, whole } from "./words.ts";

/** The configuration as it stands in the file. What the rest of the house sees of it is `Settings`. */
export const config = section({
  snap_prefix: z
    .string()
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^;@/\u0000-\u001f\u007f]+$/, "expected at least one character, without ; @ / and control characters")
    .default("backup")
    .describe("Snapshots whose name begins with it are ours; all others are never touched"),
  backup_cluster: section(address),
  profiles: profiles.default({}),
  live_clusters: z.array(liveCluster),
  extra_retention_time: z
    .number()
    .min(0, "expected days, 0 or more")
    .default(30)
    .describe("Days the last copy of a disk that is gone is kept beyond its own time"),
  trash_days: whole(0).default(7).describe("Days an image stays in the trash"),
  change_alarm: changeAlarm.default({ factor: 8, at_least: "1G", percent: 25 }),
  max_new_fulls_per_run: whole(0).optional().describe("Full transfers one run starts at most; default: no limit"),
  backup_worker: whole(1).default(24).describe("Receives and expiries at once, of this host"),
  live_worker: whole(1).default(12).describe("Transfers at once, per live cluster"),
  download_compression: z.boolean().default(false).describe("zstd on the wire"),
  bandwidth: rate.optional().describe("Bytes a second for one transfer; default: no limit"),
  timezone: timezone.optional().describe("Of `at`; default: the host's"),
  legacy_timezone: timezone.optional().describe("In which the old tool wrote its snapshot names; default: the host's"),
  state_dir: absolutePath.default("/var/lib/backurne").describe("What this host may lose without harm"),
  hash_binary: text.default("xxhsum").describe("Prints a digest of its standard input"),
  pretty_colors: z.boolean().default(true),
  log_level: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  verify: section({
    sent: z
      .boolean()
      .optional()
      .describe("Compare what each transfer sent with its source; default: yes, unless the pool was the old tool's"),
  }).optional(),
  check: section({
    grace: duration
      .optional()
      .describe("Late after the interval and this; default: the larger of 2 h and half the interval"),
    max_age: duration
      .optional()
      .describe("What precheck found is believed for so long; default: the shortest profile's interval and grace"),
    after_backup: z.boolean().default(true).describe("Each backup ends with a precheck"),
    verified_within: duration
      .optional()
      .describe(
        "Each backup is to be verified so often: all of it, where verify has ever begun to compare all of it; else something of it, as each transfer does; default: not checked",
      ),
  }).prefault({}),
  ceph_endpoint: z
    .record(text, z.record(text, endpoint))
    .optional()
    .describe("Where storages are reached, per Proxmox cluster (or `default`) and storage; else at the storage's name"),
  fsfreeze: z
    .boolean()
    .optional()
    .describe("Hold guests still for their snapshots; default: yes, unless the pool was the old tool's"),
  uuid_fallback: z
    .boolean()
    .default(true)
    .describe("A guest without smbios UUID is known by storage and image; false: it is refused"),
  hooks: hooks
    .optional()
    .describe("Programs to run around snapshots and transfers; nobody else may be able to change them"),
  profiles_api: profilesApi.optional().describe("Asked for each guest's own policies"),
  report_time: reportTime.optional().describe("Where a line goes for each transfer: image, cluster, seconds"),
  influxdb: influxdb.optional(),
  notify: notify.optional().describe("Who is told when backups fail, are late, or go well again"),
  api: api.prefault({}),
  mapper: mapper
    .optional()
    .describe("`backurne mapper`, as root, opens backups for those who are not; with it all who use this file ask it"),
});

export type Config = z.output<typeof config>;
export type ClusterConfig = Config["live_clusters"][number];
