import { expect, test } from "vitest";
import { convertConfig } from "../src/index.ts";
import { formatProblem } from "../src/problem.ts";
import { problemsIn, settingsIn } from "./texts.ts";

function convert(text: string) {
  const converted = convertConfig(text, { file: "/etc/backurne/old.conf", secretsDirectory: "/etc/backurne/secrets" });
  if ("problems" in converted) throw new Error(converted.problems.map(formatProblem).join("\n"));
  return converted;
}

const old = `#!/usr/bin/python3
'''The backups of example.net'''
password = "s3cr\\"et"

config = {
    'snap_prefix': 'backup',
    'profiles': {
        'daily': {'count': 30, 'max_on_live': 1, 'priority': 'high'},  # nightly
        'hourly': {'count': 48, 'max_on_live': 2, 'priority': 'normal',},
    },
    'backup_cluster': {'pool': 'back' 'up', 'ceph_id': None},
    'extra_retention_time': 60,
    'log_level': 'WARNING',
    'hash_binary': 'xxhsum',
    'fsfreeze': True,
    'profiles_api': None,
    'influxdb': {'url': 'http://localhost:8086', 'db': 'backurne', 'password': 'flux'},
    'old_thing': {'api_key': 'hush', 'sizes': [1, -2.5, (3,)]},
}
config['live_clusters'] = [
    {
        'name': 'px 1', 'type': 'proxmox', 'fqdn': 'px1.example.net',
        'user': 'backurne@pve', 'password': password, 'use_smbios': True, 'pool': 'unused',
    },
    {'name': 'alpha', 'type': 'plain', 'fqdn': 'ceph1', 'user': 'root', 'pool': 'rbd', 'get_helper': None},
    {
        'name': 'rook', 'type': 'plain', 'fqdn': 'ignored', 'pool': 'replicapool',
        'get_helper': {'cmd': 'kubectl', 'args': ['get', 'pods']},
        'use_helper': ('kubectl', 'exec', '%HELPERNAME%', '--'),
    },
]
config["hooks"]["pre_vm"] = '/etc/backurne/' + 'pre'
`;

test("a whole configuration: YAML that is valid, secrets in files, everything else told", () => {
  const { yaml, secrets, notes } = convert(old);
  expect(yaml).toBe(`# Converted from old.conf. \`backurne config example\` explains every key.
# What is different from the old tool:
# - count is also a number: a point goes when it is old enough AND so many newer good ones exist.
# - New snapshots are named in UTC; old names are read in legacy_timezone (default: the host's).
# - Images whose last backup expired go to the trash for trash_days.
# - Comments of the old file are not carried over.
# - This file, and files with secrets, must not be readable by others.

snap_prefix: backup
profiles:
  daily:
    count: 30
    max_on_live: 1
    priority: high
  hourly:
    count: 48
    max_on_live: 2
    priority: normal
backup_cluster:
  pool: backup
extra_retention_time: 60
log_level: warn
hash_binary: xxhsum
# fsfreeze: true  (is left out: the old tool never really froze, and with this line we would)
influxdb:
  url: http://localhost:8086
  db: backurne
  password_file: /etc/backurne/secrets/influxdb.password
# old_thing: {"api_key":"in /etc/backurne/secrets/old_thing.api_key","sizes":[1,-2.5,[3]]}  (is not known here)
live_clusters:
  - name: px 1
    type: proxmox
    fqdn: px1.example.net
    user: backurne@pve
    password_file: /etc/backurne/secrets/px_1.password
    use_smbios: true
    # pool: "unused"  (is not known here)
  - name: alpha
    type: plain
    fqdn: ceph1
    ssh:
      user: root
    pool: rbd
  - name: rook
    type: plain
    # fqdn: "ignored"  (is of no use beside use_helper)
    pool: replicapool
    get_helper:
      cmd: kubectl
      args:
        - get
        - pods
    use_helper:
      cmd: kubectl
      args:
        - exec
        - "%HELPERNAME%"
        - --
hooks:
  pre_vm: /etc/backurne/pre

# The old file says nothing of these; their defaults now:
#trash_days: 7
#backup_worker: 24
#live_worker: 12
#download_compression: false
#state_dir: "/var/lib/backurne"
#pretty_colors: true
#uuid_fallback: true
`);
  expect(secrets).toEqual([
    { file: "/etc/backurne/secrets/influxdb.password", content: "flux" },
    { file: "/etc/backurne/secrets/old_thing.api_key", content: "hush" },
    { file: "/etc/backurne/secrets/px_1.password", content: 's3cr"et' },
  ]);
  expect(notes).toEqual([
    "/etc/backurne/old.conf:15: fsfreeze is left out: the old tool never really froze, and with this line we would; kept as a comment",
    "/etc/backurne/old.conf:17: influxdb.password moves to /etc/backurne/secrets/influxdb.password",
    "/etc/backurne/old.conf:18: old_thing is not known here; kept as a comment",
    "/etc/backurne/old.conf:23: live_clusters[0].password moves to /etc/backurne/secrets/px_1.password",
    "/etc/backurne/old.conf:23: live_clusters[0].pool is not known here; kept as a comment",
    "/etc/backurne/old.conf:27: live_clusters[2].fqdn is of no use beside use_helper; kept as a comment",
  ]);
});

test("the result says the same as the old file, and no secret is in it", () => {
  const { yaml, notes } = convert(old);
  expect(problemsIn(yaml)).toEqual([]);
  expect(settingsIn(yaml)).toMatchObject({
    snapPrefix: "backup",
    backup: { pool: "backup" },
    extraRetention: 60 * 86_400_000,
    logLevel: "warn",
    profiles: [
      { name: "daily", count: 30, maxOnLive: 1, priority: "high" },
      { name: "hourly", count: 48, maxOnLive: 2, priority: "normal" },
    ],
    liveClusters: [
      { kind: "proxmox", name: "px 1" },
      { kind: "plain", name: "alpha", reach: { ssh: { host: "ceph1", user: "root" } } },
      { kind: "plain", name: "rook", reach: { helper: { get: { cmd: "kubectl", args: ["get", "pods"] } } } },
    ],
  });
  expect(yaml + notes.join("")).not.toMatch(/hush|s3cr|flux"/);
});

test("what concerns Proxmox says the same as the old file", () => {
  const { yaml, secrets, notes } = convert(`config = {
    'profiles': {'daily': {'count': 30}},
    'backup_cluster': {'pool': 'backup'},
    'profiles_api': 'http://127.0.0.1:8080/profiles',
    'fsfreeze': False,
    'uuid_fallback': False,
    'ceph_endpoint': {
        'default': {'ceph1': 'cluster1.example.net', 'ceph2': None},
        'lab': {'ssd': 'cephlab.example.net'},
    },
    'hooks': {'pre_vm': '/etc/backurne/pre', 'pre_disk': None, 'post_disk': None, 'post_vm': None},
    'live_clusters': [{
        'name': 'lab', 'type': 'proxmox', 'fqdn': 'px.example.net', 'user': 'root@pam', 'passwd': 'hush',
        'tls': False, 'use_smbios': True, 'tc_minor': 2,
    }],
}`);
  expect(secrets).toEqual([{ file: "/etc/backurne/secrets/lab.password", content: "hush" }]);
  expect(notes).toEqual([
    "/etc/backurne/old.conf:13: live_clusters[0].passwd moves to /etc/backurne/secrets/lab.password",
    "/etc/backurne/old.conf:14: live_clusters[0].tc_minor is not known here; kept as a comment",
  ]);
  expect(yaml).not.toContain("hush");
  expect(settingsIn(yaml)).toMatchObject({
    profilesApi: { url: "http://127.0.0.1:8080/profiles", mayLower: false },
    liveClusters: [
      {
        kind: "proxmox",
        api: {
          hosts: ["px.example.net"],
          port: 8006,
          login: { user: "root@pam", password: "hush /etc/backurne/secrets/lab.password" },
          tls: "unchecked",
        },
        useSmbios: true,
        uuidFallback: false,
        fsfreeze: false,
        hooks: { pre_vm: "/etc/backurne/pre" },
        storages: {
          ceph1: { ssh: { host: "cluster1.example.net" } },
          ssd: { ssh: { host: "cephlab.example.net" } },
        },
      },
    ],
  });
});

test("freezing that the old tool only promised does not begin by itself", () => {
  const text = `${base}fsfreeze = True\n`.replace("[]", "[{'name': 'a', 'type': 'plain', 'fqdn': 'h', 'pool': 'p'}]");
  const { liveClusters } = settingsIn(convert(`${text}profiles = {'daily': {'count': 1}}\n`).yaml);
  expect(liveClusters.map(({ fsfreeze }) => fsfreeze)).toEqual([undefined]);
});

test("a password inside of a URL that is not taken over is set aside", () => {
  const { yaml, secrets, notes } = convert(`${base}profiles_api = 'https://me:hush@x/'\n`);
  expect(secrets).toEqual([{ file: "/etc/backurne/secrets/profiles_api", content: "https://me:hush@x/" }]);
  expect(yaml).toContain('# profiles_api: "in /etc/backurne/secrets/profiles_api"  (does not fit: expected a URL');
  expect(yaml + notes.join("")).not.toContain("hush");
});

const base = "backup_cluster = {'pool': 'b'}\nlive_clusters = []\n";

test("names on their own are keys, except those that only serve others", () => {
  expect(settingsIn(convert(`${base}prefix = 'save'\nsnap_prefix = prefix\n`).yaml).snapPrefix).toBe("save");
});

test.each([
  [
    "a value that does not fit",
    "live_worker = 'many'",
    "live_worker does not fit: expected a number, not text; kept as a comment",
  ],
  [
    "hooks that are no paths",
    "hooks = {'pre_vm': ''}",
    "hooks does not fit: pre_vm: expected an absolute path, one that begins with /; kept as a comment",
  ],
  [
    "a profile without count",
    "profiles = {'daily': 5}",
    "profiles.daily does not fit: expected false or a profile like {count: 30}; kept as a comment",
  ],
  ["clusters that are no list", "live_clusters = 5", "live_clusters is no list of mappings; kept as a comment"],
  ["the prototype", "config = {'__proto__': 1, 'constructor': 2}", "__proto__ is not known here; kept as a comment"],
])("told and kept as a comment: %s", (_, text, note) => {
  expect(convert(`${base}${text}\n`).notes[0]).toBe(`/etc/backurne/old.conf:3: ${note}`);
});

test("what only a person can decide is left to do", () => {
  const { notes } = convert(
    "config = {'live_clusters': [{'name': 'a;b', 'type': 'plain', 'fqdn': 'h'}], 'profiles': {'6h': {'count': 3}}}",
  );
  expect(notes).toEqual([
    "/etc/backurne/old.conf:1: live_clusters[0].name does not fit: expected a name of at least one character, without ; % / @ and control characters; kept as a comment",
    "left to do: backurne.yaml:9:1: backup_cluster: is missing",
    "left to do: backurne.yaml:11:5: live_clusters[0].name: is missing",
    "left to do: backurne.yaml:11:5: live_clusters[0].pool: is missing",
    'left to do: backurne.yaml:14:3: profiles.6h: needs "every" (only hourly, daily, weekly, monthly, yearly do without)',
  ]);
});

test("two secrets never share a file", () => {
  const cluster = "{'name': 'a', 'type': 'proxmox', 'fqdn': 'x', 'user': 'u', 'password': 'p'}";
  expect(convert(`config = {'live_clusters': [${cluster}, ${cluster}]}`).secrets.map(({ file }) => file)).toEqual([
    "/etc/backurne/secrets/a.password",
    "/etc/backurne/secrets/a.password-2",
  ]);
});
