import type { ChangeAlarmSettings, Settings } from "@backurne/model";
import { isTimezone } from "@backurne/retention";
import { parseRate } from "../rate.ts";
import type { Config } from "../schema/config.ts";
import { resolveApi } from "./api.ts";
import { resolveCheck } from "./check.ts";
import { resolveCluster } from "./clusters.ts";
import { resolveNotify, resolveReportTime } from "./outlets.ts";
import { resolveProfilesApi } from "./profiles-api.ts";
import { resolveProfiles } from "./profiles.ts";
import { resolveAddress } from "./reach.ts";
import type { Locate } from "./rules.ts";

const day = 86_400_000;

/** What the rest of the house sees of a configuration that has no problems. */
export function resolveSettings(config: Config, locate: Locate): Settings {
  const { max_new_fulls_per_run: max, profiles_api: profilesApi, change_alarm: alarm, mapper } = config;
  const reportTime = resolveReportTime(config);
  return {
    snapPrefix: config.snap_prefix,
    profiles: resolveProfiles(config.profiles),
    backup: resolveAddress(config.backup_cluster),
    liveClusters: config.live_clusters.map((cluster, index) =>
      resolveCluster(config, cluster, (path) => locate(["live_clusters", index, ...path])),
    ),
    extraRetention: config.extra_retention_time * day,
    backupWorker: config.backup_worker,
    liveWorker: config.live_worker,
    ...(max === undefined ? {} : { maxNewFullsPerRun: max }),
    trashDays: config.trash_days,
    timezone: config.timezone ?? hostTimezone(),
    legacyTimezone: config.legacy_timezone ?? hostTimezone(),
    stateDir: config.state_dir,
    hashBinary: config.hash_binary,
    ...(config.verify?.sent === undefined ? {} : { verifySent: config.verify.sent }),
    logLevel: config.log_level,
    prettyColors: config.pretty_colors,
    api: resolveApi(config.api),
    check: resolveCheck(config.check),
    ...(mapper && { mapper: { socket: mapper.listen, group: mapper.group, stateDir: mapper.state_dir } }),
    ...(reportTime && { reportTime }),
    ...(config.notify && { notify: resolveNotify(config.notify) }),
    ...(alarm === false ? {} : { changeAlarm: resolveAlarm(alarm) }),
    ...(profilesApi === undefined ? {} : { profilesApi: resolveProfilesApi(profilesApi) }),
  };
}

function resolveAlarm({ factor, at_least, percent }: Exclude<Config["change_alarm"], false>): ChangeAlarmSettings {
  return { factor, atLeast: parseRate(at_least) ?? 0, share: percent / 100 };
}

/** A host without /etc/localtime may call its zone by a name that does not exist. */
function hostTimezone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return isTimezone(timeZone) ? timeZone : "UTC";
}
