import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const alpha = (more: string) => ({ clusters: [`{ ${plain}, ${more} }`] });

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  ["text for a mapping", compose({ backup: "backup" }), ["1:17: backup_cluster: expected a mapping, not text"]],
  ["nothing for a mapping", compose({ backup: "" }), ["1:17: backup_cluster: expected a mapping, not nothing"]],
  ["a list for a mapping", compose({ profiles: "[daily]" }), ["2:11: profiles: expected a mapping, not a list"]],
  [
    "a mapping for a list",
    "backup_cluster: { pool: b }\nlive_clusters: { a: 1 }",
    ["2:16: live_clusters: expected a list, not a mapping"],
  ],
  ["a number for a cluster", compose({ clusters: ["7"] }), ["4:5: live_clusters[0]: expected a mapping, not a number"]],
  [
    "a number for text",
    compose({ backup: "{ pool: 12 }" }),
    ["1:25: backup_cluster.pool: expected text, not a number; put it in quotes"],
  ],
  [
    "true for text",
    compose(alpha("namespace: true")),
    ["4:68: live_clusters[0].namespace: expected text, not true or false; put it in quotes"],
  ],
  [
    "text for true or false",
    compose({ more: "pretty_colors: yes" }),
    ["5:16: pretty_colors: expected true or false, not text"],
  ],
  ["text for a number", compose({ more: "live_worker: many" }), ["5:14: live_worker: expected a number, not text"]],
  [
    "a fraction for a whole number",
    compose({ more: "trash_days: 1.5" }),
    ["5:13: trash_days: expected a whole number, not a fraction"],
  ],
  [
    "no worker",
    compose({ more: "backup_worker: 0\nlive_worker: -1" }),
    [
      "5:16: backup_worker: expected a whole number, 1 or more",
      "6:14: live_worker: expected a whole number, 1 or more",
    ],
  ],
  [
    "verification that is neither on nor off",
    compose({ more: "verify: true\n" }),
    ["5:9: verify: expected a mapping, not true or false"],
  ],
  [
    "verification of what nobody sends",
    compose({ more: "verify: { sent: sometimes, sample: 1 }" }),
    ["5:17: verify.sent: expected true or false, not text", "5:28: verify.sample: unknown key"],
  ],
  [
    "fewer days than none",
    compose({ more: "extra_retention_time: -1" }),
    ["5:23: extra_retention_time: expected days, 0 or more"],
  ],
  [
    "a level nobody knows",
    compose({ more: "log_level: loud" }),
    ["5:12: log_level: expected trace or debug or info or warn or error or silent"],
  ],
  [
    "a time zone nobody knows",
    compose({ more: "timezone: Mars/Phobos\nlegacy_timezone: CEST+2" }),
    [
      '5:11: timezone: there is no time zone "Mars/Phobos"; write a name like "Europe/Paris" or "UTC"',
      '6:18: legacy_timezone: there is no time zone "CEST+2"; write a name like "Europe/Paris" or "UTC"',
    ],
  ],
  [
    "a relative path",
    compose({ more: "state_dir: var/lib" }),
    ["5:12: state_dir: expected an absolute path, one that begins with /"],
  ],
  [
    "a grace that is no duration",
    compose({ more: "check: { grace: 2 hours }" }),
    ['5:17: check.grace: "2 hours" is not a duration; write "30m", "6h", "2d" or "1w"'],
  ],
  [
    "a snap_prefix with ;",
    compose({ more: "snap_prefix: a;b" }),
    ["5:14: snap_prefix: expected at least one character, without ; @ / and control characters"],
  ],
  [
    "an empty snap_prefix",
    compose({ more: 'snap_prefix: ""' }),
    ["5:14: snap_prefix: expected at least one character, without ; @ / and control characters"],
  ],
  [
    "a pool that is a path",
    compose({ backup: "{ pool: a/b }" }),
    ["1:25: backup_cluster.pool: expected a name without spaces, / and @, not beginning with -"],
  ],
  [
    "a client that is an option",
    compose({ backup: "{ pool: a, ceph_id: --x }" }),
    ["1:37: backup_cluster.ceph_id: expected a name without spaces, / and @, not beginning with -"],
  ],
];

test.each(rows)("types and ranges: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
