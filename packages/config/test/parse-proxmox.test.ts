import type { ProxmoxCluster } from "@backurne/model";
import { expect, test } from "vitest";
import { formatProblem, parseConfig } from "../src/index.ts";
import { compose, plain, px, settingsIn } from "./texts.ts";
import type { Parts } from "./texts.ts";

function proxmoxIn(cluster: string, parts: Parts = {}): ProxmoxCluster {
  const [found] = settingsIn(compose({ ...parts, clusters: [`{ ${cluster} }`] })).liveClusters;
  if (found?.kind !== "proxmox") throw new Error("expected a Proxmox cluster");
  return found;
}

const bare = "name: px1, type: proxmox, fqdn: px1";
const AB = Array(32).fill("AB").join(":");

test("the smallest Proxmox cluster, with every default", () => {
  const daily = { name: "daily", interval: 86_400_000, count: 7, maxOnLive: 0, priority: "normal", default: true };
  expect(proxmoxIn(px)).toStrictEqual({
    kind: "proxmox",
    name: "px1",
    identPrefix: "",
    profiles: [daily],
    rules: [],
    liveWorker: 12,
    compression: false,
    hooks: { timeout: 600_000 },
    api: {
      hosts: ["px1"],
      port: 8006,
      login: { user: "root@pam", password: "hush px1.password" },
      tls: "system",
    },
    useSmbios: true,
    uuidFallback: true,
    storages: {},
    defaultReach: { ssh: {} },
  });
});

const apis: [string, string, Partial<ProxmoxCluster["api"]>][] = [
  ["several hosts", `${px.replace("fqdn: px1", "fqdn: [px1, 10.0.0.2]")}`, { hosts: ["px1", "10.0.0.2"] }],
  [
    "ports of their own",
    px.replace("fqdn: px1", 'fqdn: ["px1:8007", "[fd00::1]:443"]'),
    { hosts: ["px1:8007", "[fd00::1]:443"] },
  ],
  ["an address of IPv6", px.replace("fqdn: px1", 'fqdn: "fd00::1"'), { hosts: ["fd00::1"] }],
  ["a port", `${px}, port: 443`, { port: 443 }],
  ["a password in place", `${bare}, user: a@pve, password: b`, { login: { user: "a@pve", password: "b" } }],
  [
    "a token in place",
    `${bare}, token_id: a@pve!t, token_secret: s`,
    { login: { tokenId: "a@pve!t", tokenSecret: "s" } },
  ],
  [
    "a token in a file",
    `${bare}, token_id: a@pve!t, token_secret_file: /f`,
    { login: { tokenId: "a@pve!t", tokenSecret: "hush /f" } },
  ],
  ["the host's authorities", `${px}, tls: true`, { tls: "system" }],
  ["whoever answers", `${px}, tls: false`, { tls: "unchecked" }],
  ["an authority of its own", `${px}, tls: { ca_file: /ca.pem }`, { tls: { caFile: "/ca.pem" } }],
  ["a fingerprint", `${px}, tls: { fingerprint: "${AB}" }`, { tls: { fingerprint: AB } }],
  [
    "several, in every spelling",
    `${px}, tls: { fingerprint: "SHA256:${AB}, ${AB.toLowerCase()} ${AB.replaceAll(":", "")}" }`,
    { tls: { fingerprint: `SHA256:${AB}, ${AB.toLowerCase()} ${AB.replaceAll(":", "")}` } },
  ],
];

test.each(apis)("how the API is asked: %s", (_, cluster, api) => {
  expect(proxmoxIn(cluster).api).toMatchObject(api);
});

test.each([
  ["neither says anything", "", "", true],
  ["the file does", "", "uuid_fallback: false", false],
  ["the cluster does", ", uuid_fallback: false", "uuid_fallback: true", false],
  ["the cluster undoes it", ", uuid_fallback: true", "uuid_fallback: false", true],
])("uuid_fallback: %s", (_, own, more, expected) => {
  expect(proxmoxIn(`${px}${own}`, { more }).uuidFallback).toBe(expected);
});

test.each([
  ["neither says anything", "", "", undefined],
  ["the file does", "", "fsfreeze: true", true],
  ["the cluster does", ", fsfreeze: true", "", true],
  ["the cluster undoes it", ", fsfreeze: false", "fsfreeze: true", false],
])("fsfreeze: %s", (_, own, more, expected) => {
  expect(proxmoxIn(`${px}${own}`, { more }).fsfreeze).toBe(expected);
});

test("without smbios", () => {
  expect(proxmoxIn(`${px}, use_smbios: false`).useSmbios).toBe(false);
});

test("rules look at what guests have, and say how their guests are held", () => {
  const rules =
    "rules: [{ match: { tag: db, kind: qemu }, fsfreeze: false }, { match: { storage: s }, profiles: [daily] }]";
  const exclude = "exclude: [{ vmid: 9000-9099 }, { vmid: 7, adapter: scsi1 }]";
  expect(proxmoxIn(`${px}, ${exclude}, ${rules}`).rules).toMatchObject([
    { path: "px1.exclude[0]", effect: "exclude", match: { vmid: "9000-9099" } },
    { path: "px1.exclude[1]", effect: "exclude", match: { vmid: 7, adapter: "scsi1" } },
    { path: "px1.rules[0]", effect: "set", match: { tag: "db", kind: "qemu" }, fsfreeze: false },
    { path: "px1.rules[1]", effect: "set", match: { storage: "s" }, profiles: ["daily"] },
  ]);
});

const cephWords = "ceph_conf: /c, ceph_id: i, ssh: { user: u, port: 22, config_file: /f }";
const cluster = { cephConf: "/c", cephId: "i", ssh: { user: "u", port: 22, configFile: "/f" } };

const storages: [string, string, ProxmoxCluster["storages"]][] = [
  ["none named", "{}", {}],
  ["as text", "{ px1: { a: root@h } }", { a: { ...cluster, ssh: { ...cluster.ssh, host: "root@h" } } }],
  ["as text for all clusters", "{ default: { a: h } }", { a: { ...cluster, ssh: { ...cluster.ssh, host: "h" } } }],
  ["of other clusters", "{ px2: { a: h } }", {}],
  [
    "the cluster's before those of all, whole",
    "{ default: { a: { fqdn: h, ceph_id: other }, b: h }, px1: { a: g } }",
    { a: { ...cluster, ssh: { ...cluster.ssh, host: "g" } }, b: { ...cluster, ssh: { ...cluster.ssh, host: "h" } } },
  ],
  [
    "with ways of their own",
    "{ px1: { a: { fqdn: h, ceph_conf: /d, ceph_id: j, ssh: { user: v, identity_file: /k } } } }",
    {
      a: { cephConf: "/d", cephId: "j", ssh: { host: "h", user: "v", port: 22, configFile: "/f", identityFile: "/k" } },
    },
  ],
  [
    "under its own name",
    "{ px1: { a: { ceph_id: j } } }",
    { a: { ...cluster, cephId: "j", ssh: { ...cluster.ssh, host: "a" } } },
  ],
];

test.each(storages)("storages: %s", (_, endpoints, expected) => {
  const second = px.replace("name: px1", "name: px2");
  const more = `ceph_endpoint: ${endpoints}`;
  const text = compose({ clusters: [`{ ${px}, ${cephWords} }`, `{ ${second} }`], more });
  const [first] = settingsIn(text).liveClusters;
  expect(first).toHaveProperty("storages", expected);
  expect(first).toHaveProperty("defaultReach", cluster);
});

const hooks: [string, string, string, object][] = [
  ["of the file", "", "{ pre_vm: /a, post_vm: /b, timeout: 1h }", { pre_vm: "/a", post_vm: "/b", timeout: 3_600_000 }],
  [
    "of the cluster",
    "{ pre_disk: /a, post_transfer: /b }",
    "{}",
    { pre_disk: "/a", post_transfer: "/b", timeout: 600_000 },
  ],
  [
    "the cluster's before the file's, one by one",
    "{ pre_vm: /c, timeout: 1m }",
    "{ pre_vm: /a, post_vm: /b, timeout: 1h }",
    { pre_vm: "/c", post_vm: "/b", timeout: 60_000 },
  ],
  [
    "switched off for one cluster",
    "{ pre_vm: false }",
    "{ pre_vm: /a, post_disk: /b }",
    { post_disk: "/b", timeout: 600_000 },
  ],
  [
    "switched off for all, on for one",
    "{ pre_vm: /a }",
    "{ pre_vm: false, post_vm: false }",
    { pre_vm: "/a", timeout: 600_000 },
  ],
];

test.each(hooks)("hooks: %s", (_, own, all, expected) => {
  const more = `hooks: ${all}`;
  const given = own === "" ? "" : `, hooks: ${own}`;
  const text = compose({ clusters: [`{ ${px}${given} }`, `{ ${plain}${given} }`], more });
  expect(settingsIn(text).liveClusters.map((one) => one.hooks)).toStrictEqual([expected, expected]);
});

test.each([
  ["none", "", undefined],
  ["as text", "profiles_api: http://x:8080/p", { url: "http://x:8080/p", mayLower: false }],
  [
    "with everything",
    "profiles_api: { url: https://x/, token_file: t, ca_file: /c, may_lower: true }",
    { url: "https://x/", token: "hush t", caFile: "/c", mayLower: true },
  ],
  [
    "with a token in place",
    "profiles_api: { url: https://x/, token: t }",
    { url: "https://x/", token: "t", mayLower: false },
  ],
])("profiles_api: %s", (_, more, expected) => {
  expect(settingsIn(compose({ more })).profilesApi).toStrictEqual(expected);
});

test("without the secrets of its files a configuration makes no settings", () => {
  const more = "profiles_api: { url: https://x/, token_file: t }";
  const parsed = parseConfig(compose({ clusters: [`{ ${px} }`], more }), "b.yaml", (file) =>
    file === "t" ? "hush" : undefined,
  );
  expect("problems" in parsed && parsed.problems.map(formatProblem)).toEqual([
    "b.yaml:4:75: live_clusters[0].password_file: the secret in this file was not given",
  ]);
});
