import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const alpha = (more: string) => ({ clusters: [`{ ${plain}, ${more} }`] });

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  ["nothing of what is needed", "{}", ["1:1: backup_cluster: is missing", "1:1: live_clusters: is missing"]],
  [
    "unknown, with what was meant",
    compose({ more: "snap_prefx: x" }),
    ['5:1: snap_prefx: unknown key; did you mean "snap_prefix"?'],
  ],
  ["unknown, nothing near", compose({ more: "colour: x" }), ["5:1: colour: unknown key"]],
  [
    "unknown: dashes instead of underscores",
    compose({ more: "log-level: info" }),
    ['5:1: log-level: unknown key; did you mean "log_level"?'],
  ],
  [
    "unknown in the backup cluster",
    compose({ backup: "{ pol: x }" }),
    ["1:1: backup_cluster.pool: is missing", '1:19: backup_cluster.pol: unknown key; did you mean "pool"?'],
  ],
  [
    "unknown in a profile",
    compose({ profiles: "{ daily: { counts: 3 } }" }),
    ["2:13: profiles.daily.count: is missing", '2:22: profiles.daily.counts: unknown key; did you mean "count"?'],
  ],
  [
    "unknown in a cluster",
    compose(alpha("fqnd: x")),
    ['4:57: live_clusters[0].fqnd: unknown key; did you mean "fqdn"?'],
  ],
  [
    "unknown in ssh",
    compose(alpha("ssh: { usr: x }")),
    ['4:64: live_clusters[0].ssh.usr: unknown key; did you mean "user"?'],
  ],
  [
    "a key of the other kind of cluster",
    compose(alpha("use_smbios: true")),
    ["4:57: live_clusters[0].use_smbios: unknown key"],
  ],
  [
    "unknown in hooks",
    compose({ more: "hooks: { pre_wm: /x }" }),
    ['5:10: hooks.pre_wm: unknown key; did you mean "pre_vm"?'],
  ],
  [
    "unknown in check",
    compose({ more: "check: { grce: 2h }" }),
    ['5:10: check.grce: unknown key; did you mean "grace"?'],
  ],
  ["the prototype", compose({ more: "__proto__: { a: 1 }" }), ["5:1: __proto__: unknown key"]],
];

test.each(rows)("keys: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
