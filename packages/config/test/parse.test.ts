import { expect, test } from "vitest";
import { compose, plain, problemsIn, settingsIn } from "./texts.ts";

const day = 86_400_000;
const hour = 3_600_000;

test("no mistake hides another: of keys, of types, of several values together, all in the order of their lines", () => {
  const text = `snap_prefx: x
profiles:
  daily: { count: 0 }
  daily: { count: 7, every: 1d }
backup_cluster: { pool: 5 }
live_clusters:
  - name: restore-a
    type: plain
    exclude: [{ tag: x }]
    rules: [{ match: { nmae: x }, profiles: [hourly] }]
  - { name: restore-a, type: plain, fqdn: 7, pool: rbd, ssh: { port: no } }
timezone: Nowhere
`;
  expect(problemsIn(text)).toEqual([
    'b.yaml:1:1: snap_prefx: unknown key; did you mean "snap_prefix"?',
    "b.yaml:4:3: this key is written twice: daily",
    "b.yaml:4:29: profiles.daily.every: daily has its own interval; give the profile another name",
    "b.yaml:5:25: backup_cluster.pool: expected text, not a number; put it in quotes",
    "b.yaml:7:5: live_clusters[0].pool: is missing",
    "b.yaml:7:5: live_clusters[0]: needs fqdn or use_helper",
    'b.yaml:7:11: live_clusters[0].name: a name cannot begin with "restore-": such images have a meaning of their own',
    "b.yaml:9:17: live_clusters[0].exclude[0].tag: images of a plain cluster have only name, pool, namespace",
    'b.yaml:10:24: live_clusters[0].rules[0].match.nmae: unknown key; did you mean "name"?',
    'b.yaml:10:46: live_clusters[0].rules[0].profiles[0]: there is no profile "hourly"',
    'b.yaml:11:13: live_clusters[1].name: a name cannot begin with "restore-": such images have a meaning of their own',
    'b.yaml:11:13: live_clusters[1].name: another cluster has the name "restore-a" already',
    "b.yaml:11:43: live_clusters[1].fqdn: expected text, not a number; put it in quotes",
    "b.yaml:11:70: live_clusters[1].ssh.port: expected a number, not text",
    'b.yaml:12:11: timezone: there is no time zone "Nowhere"; write a name like "Europe/Paris" or "UTC"',
  ]);
});

test("the smallest configuration, with every default", () => {
  const host = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const daily = { name: "daily", interval: day, count: 7, maxOnLive: 0, priority: "normal", default: true };
  expect(settingsIn(compose())).toEqual({
    snapPrefix: "backup",
    profiles: [daily],
    backup: { pool: "backup", namespace: "" },
    liveClusters: [
      {
        kind: "plain",
        name: "alpha",
        identPrefix: "",
        profiles: [daily],
        rules: [],
        liveWorker: 12,
        compression: false,
        hooks: { timeout: 600_000 },
        address: { pool: "rbd", namespace: "" },
        reach: { ssh: { host: "ceph1" } },
      },
    ],
    extraRetention: 30 * day,
    backupWorker: 24,
    liveWorker: 12,
    trashDays: 7,
    changeAlarm: { factor: 8, atLeast: 1024 ** 3, share: 0.25 },
    timezone: host,
    legacyTimezone: host,
    api: { listen: { host: "127.0.0.1", port: 5000 }, hosts: [] },
    stateDir: "/var/lib/backurne",
    hashBinary: "xxhsum",
    logLevel: "info",
    prettyColors: true,
    check: { afterBackup: true },
  });
});

test("what is said of the whole file", () => {
  const more = `snap_prefix: save
extra_retention_time: 1.5
backup_worker: 3
live_worker: 2
max_new_fulls_per_run: 0
trash_days: 0
change_alarm: { factor: 3.5, at_least: 50M }
timezone: Europe/Paris
legacy_timezone: America/New_York
state_dir: /srv/state
hash_binary: sha256sum
verify: { sent: false }
log_level: debug
pretty_colors: false
download_compression: true
bandwidth: 3M
fsfreeze: false
hooks: { post_vm: /h, timeout: 90m }`;
  const settings = settingsIn(
    compose({ backup: "{ pool: b, namespace: n, ceph_conf: /etc/b.conf, ceph_id: saver }", more }),
  );
  expect(settings).toMatchObject({
    snapPrefix: "save",
    backup: { pool: "b", namespace: "n", cephConf: "/etc/b.conf", cephId: "saver" },
    extraRetention: 1.5 * day,
    backupWorker: 3,
    liveWorker: 2,
    maxNewFullsPerRun: 0,
    trashDays: 0,
    changeAlarm: { factor: 3.5, atLeast: 50 * 1024 ** 2, share: 0.25 },
    timezone: "Europe/Paris",
    legacyTimezone: "America/New_York",
    stateDir: "/srv/state",
    hashBinary: "sha256sum",
    verifySent: false,
    logLevel: "debug",
    prettyColors: false,
  });
  expect(settings.liveClusters[0]).toMatchObject({
    liveWorker: 2,
    compression: true,
    bandwidth: 3 * 1024 * 1024,
    fsfreeze: false,
    hooks: { post_vm: "/h", timeout: 1.5 * hour },
  });
});

test("no change alarm where none is wanted", () => {
  expect(settingsIn(compose({ more: "change_alarm: false" }))).not.toHaveProperty("changeAlarm");
});

test("what a cluster says goes before what the file says", () => {
  const more = "live_worker: 2\nbackup_worker: 9\ndownload_compression: true\nbandwidth: 1G\nfsfreeze: true";
  const cluster = `{ ${plain}, namespace: n, ceph_conf: /c, ceph_id: i, live_worker: 5, backup_worker: 4, fsfreeze: false, download_compression: false, bandwidth: 50M, ident_prefix: o-, ssh: { user: u, port: 2222, identity_file: /k, config_file: /f } }`;
  expect(settingsIn(compose({ clusters: [cluster], more })).liveClusters[0]).toMatchObject({
    identPrefix: "o-",
    liveWorker: 5,
    backupWorker: 4,
    fsfreeze: false,
    compression: false,
    bandwidth: 50 * 1024 * 1024,
    address: { pool: "rbd", namespace: "n", cephConf: "/c", cephId: "i" },
    reach: { ssh: { host: "ceph1", user: "u", port: 2222, identityFile: "/k", configFile: "/f" } },
  });
});

test.each([
  ["1", 1],
  ["3K", 3072],
  ["2G", 2 * 1024 ** 3],
])("a bandwidth of %s", (rate, bytes) => {
  expect(settingsIn(compose({ clusters: [`{ ${plain}, bandwidth: ${rate} }`] })).liveClusters[0]?.bandwidth).toBe(
    bytes,
  );
});

test("profiles of a cluster: key by key over those of the file, false switches off, new ones are added", () => {
  const profiles = `{ daily: { count: 7, max_on_live: 2, at: "01:00" }, hourly: { count: 48, priority: high } }`;
  const cluster = `{ ${plain}, profiles: { daily: { count: 60 }, hourly: false, six: { count: 4, every: 6h, default: false } } }`;
  const settings = settingsIn(compose({ profiles, clusters: [cluster] }));
  expect(settings.profiles.map(({ name, count }) => [name, count])).toEqual([
    ["daily", 7],
    ["hourly", 48],
  ]);
  expect(settings.liveClusters[0]?.profiles).toEqual([
    { name: "daily", interval: day, count: 60, maxOnLive: 2, priority: "normal", at: "01:00", default: true },
    { name: "six", interval: 6 * hour, count: 4, maxOnLive: 0, priority: "normal", default: false },
  ]);
});

test("the intervals of the standard names", () => {
  const profiles =
    "{ hourly: { count: 1 }, daily: { count: 1 }, weekly: { count: 1 }, monthly: { count: 1 }, yearly: { count: 1 } }";
  expect(settingsIn(compose({ profiles })).profiles.map(({ interval }) => interval / day)).toEqual([
    1 / 24,
    1,
    7,
    30,
    365,
  ]);
});

test("rules are one list in the order of their lines, and know where they stand", () => {
  const text = compose({ clusters: [] }).replace("live_clusters:", "").concat(`live_clusters:
  - name: alpha
    type: plain
    fqdn: ceph1
    pool: rbd
    rules:
      - { match: { name: "db-*", pool: rbd }, profiles: [daily] }
    include: [{ name: ci-1 }, { name: ci-2 }]
    exclude:
      - name: ci-*
      - name: tmp-*
`);
  expect(settingsIn(text).liveClusters[0]?.rules).toEqual([
    {
      path: "alpha.rules[0]",
      place: { file: "/etc/b.yaml", line: 10 },
      effect: "set",
      match: { name: "db-*", pool: "rbd" },
      profiles: ["daily"],
    },
    { path: "alpha.include[0]", place: { file: "/etc/b.yaml", line: 11 }, effect: "include", match: { name: "ci-1" } },
    { path: "alpha.include[1]", place: { file: "/etc/b.yaml", line: 11 }, effect: "include", match: { name: "ci-2" } },
    { path: "alpha.exclude[0]", place: { file: "/etc/b.yaml", line: 13 }, effect: "exclude", match: { name: "ci-*" } },
    { path: "alpha.exclude[1]", place: { file: "/etc/b.yaml", line: 14 }, effect: "exclude", match: { name: "tmp-*" } },
  ]);
});

test("a helper, with and without one that finds its name", () => {
  const helper = (more: string) => `{ name: a, type: plain, pool: rbd, ${more} }`;
  const clusters = [
    helper('use_helper: { cmd: kubectl, args: [exec, "%HELPERNAME%"] }, get_helper: { cmd: find-it }'),
    helper("use_helper: { cmd: run }").replace("name: a", "name: b"),
  ];
  expect(settingsIn(compose({ clusters })).liveClusters.map((cluster) => "reach" in cluster && cluster.reach)).toEqual([
    { helper: { use: { cmd: "kubectl", args: ["exec", "%HELPERNAME%"] }, get: { cmd: "find-it", args: [] } } },
    { helper: { use: { cmd: "run", args: [] } } },
  ]);
});

test.each([
  ["another pool", "fqdn: localhost, pool: rbd"],
  ["another namespace", "fqdn: localhost, pool: backup, namespace: n"],
  ["another cluster", "fqdn: localhost, pool: backup, ceph_conf: /etc/ceph/other.conf"],
  ["another host", "fqdn: ceph1, pool: backup"],
  ["a tunnel", "fqdn: localhost, pool: backup, ssh: { port: 2222 }"],
  ["whatever a configuration of ssh says", "fqdn: localhost, pool: backup, ssh: { config_file: /f }"],
])("is not the backup pool: %s", (_, keys) => {
  expect(problemsIn(compose({ clusters: [`{ name: a, type: plain, ${keys} }`] }))).toEqual([]);
});

test("anchors work, and what stands behind them is found", () => {
  const text = compose({
    profiles: "{ daily: &d { count: 7 }, weekly: *d }",
    clusters: [`{ ${plain}, ssh: &s { prot: 1 } }`, "{ name: b, type: plain, fqdn: x, pool: rbd, ssh: *s }"],
  });
  expect(problemsIn(text)).toEqual([
    'b.yaml:4:67: live_clusters[0].ssh.prot: unknown key; did you mean "port"?',
    'b.yaml:4:67: live_clusters[1].ssh.prot: unknown key; did you mean "port"?',
  ]);
});

test("when something counts as a problem", () => {
  const check = "check: { grace: 30m, max_age: 26h, verified_within: 5w, after_backup: false }";
  expect(settingsIn(compose({ more: check })).check).toEqual({
    grace: 1_800_000,
    maxAge: 26 * 3_600_000,
    verifiedWithin: 35 * day,
    afterBackup: false,
  });
});
