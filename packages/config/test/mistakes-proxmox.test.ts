import { expect, test } from "vitest";
import { compose, problemsIn } from "./texts.ts";

const px = "name: px1, type: proxmox, fqdn: px1";
const as = "user: a, password: b";
const AB = "AB".repeat(32);
const noHost = "expected the name or address of a host, without https:// before it";
const noPrint = "expected SHA-256 fingerprints, each of 64 hexadecimal digits, separated by commas or spaces";
const noEndpoint = "expected an ssh destination, or a mapping like {fqdn: ceph1, ceph_id: backurne}";
const noDestination = "expected an ssh destination: a host or user@host, without spaces, not beginning with -";

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  [
    "no way in",
    compose({ clusters: [`{ ${px} }`] }),
    ["4:5: live_clusters[0]: needs user and password_file, or token_id and token_secret_file"],
  ],
  [
    "two ways in",
    compose({ clusters: [`{ ${px}, user: a, password: b, token_id: c, token_secret: d }`] }),
    ["4:5: live_clusters[0]: has a user and a token; one of them is enough"],
  ],
  [
    "a password without user",
    compose({ clusters: [`{ ${px}, password_file: b }`] }),
    ["4:5: live_clusters[0]: has a password but no user"],
  ],
  [
    "a user without password",
    compose({ clusters: [`{ ${px}, user: b }`] }),
    ["4:5: live_clusters[0]: has a user but no password or password_file"],
  ],
  [
    "a token without secret",
    compose({ clusters: [`{ ${px}, token_id: b }`] }),
    ["4:5: live_clusters[0]: has a token_id but no token_secret or token_secret_file"],
  ],
  [
    "a secret without token",
    compose({ clusters: [`{ ${px}, token_secret: b }`] }),
    ["4:5: live_clusters[0]: has a token_secret but no token_id"],
  ],
  [
    "a password twice",
    compose({ clusters: [`{ ${px}, user: a, password: b, password_file: c }`] }),
    ["4:66: live_clusters[0].password_file: there is password already; one of them is enough"],
  ],
  [
    "a password that is a number, and not repeated",
    compose({ clusters: [`{ ${px}, user: a, password: 12345 }`] }),
    ["4:63: live_clusters[0].password: expected text, not a number; put it in quotes"],
  ],
  [
    "tls of no form",
    compose({ clusters: [`{ ${px}, user: a, password: b, tls: strict }`] }),
    ["4:71: live_clusters[0].tls: expected true, false, {ca_file: …} or {fingerprint: …}"],
  ],
  [
    "tls with a fingerprint that is none",
    compose({ clusters: [`{ ${px}, user: a, password: b, tls: { fingerprint: AB } }`] }),
    [`4:86: live_clusters[0].tls.fingerprint: ${noPrint}`],
  ],
  [
    "tls with a fingerprint too many digits long, and one of another kind",
    compose({
      clusters: [
        `{ ${px}, ${as}, tls: { fingerprint: ${AB}A } }`,
        `{ ${px.replace("px1", "px2")}, ${as}, tls: { fingerprint: "${AB} SHA1:${AB}" } }`,
      ],
    }),
    [`4:86: live_clusters[0].tls.fingerprint: ${noPrint}`, `5:86: live_clusters[1].tls.fingerprint: ${noPrint}`],
  ],
  [
    "tls with two ways to know",
    compose({ clusters: [`{ ${px}, ${as}, tls: { ca_file: /c, fingerprint: ${AB} } }`] }),
    ["4:86: live_clusters[0].tls.fingerprint: unknown key"],
  ],
  [
    "no host",
    compose({ clusters: [`{ name: px1, type: proxmox, ${as} }`] }),
    ["4:5: live_clusters[0].fqdn: is missing"],
  ],
  [
    "hosts that are none",
    compose({
      clusters: ['"https://px1:8006"', "[]", "px1/", "[px1, a b, u@px1]", "px1:99999", "8006"].map(
        (fqdn, index) => `{ name: p${index}, type: proxmox, ${as}, fqdn: ${fqdn} }`,
      ),
    }),
    [
      `4:60: live_clusters[0].fqdn: ${noHost}`,
      "5:60: live_clusters[1].fqdn: names no host",
      `6:60: live_clusters[2].fqdn: ${noHost}`,
      `7:66: live_clusters[3].fqdn[1]: ${noHost}`,
      `7:71: live_clusters[3].fqdn[2]: ${noHost}`,
      `8:60: live_clusters[4].fqdn: ${noHost}`,
      "9:60: live_clusters[5].fqdn: expected a host, or a list of hosts",
    ],
  ],
  [
    "a token's secret twice",
    compose({ clusters: [`{ ${px}, token_id: a, token_secret: b, token_secret_file: c }`] }),
    ["4:74: live_clusters[0].token_secret_file: there is token_secret already; one of them is enough"],
  ],
  [
    "an endpoint of nobody",
    compose({
      clusters: [`{ ${px}, user: a, password: b }`],
      more: "ceph_endpoint: { px2: { ssd: host }, default: { ssd: host } }",
    }),
    ['5:18: ceph_endpoint.px2: there is no proxmox cluster "px2"; did you mean "px1"?'],
  ],
  [
    "endpoints that are none",
    compose({
      clusters: [`{ ${px}, ${as} }`],
      more: "ceph_endpoint: { px1: { a: -o, b: 5, c: { fqdn: a b, sssh: {} }, d: { ssh: { port: 0 } } }, default: host }",
    }),
    [
      `5:28: ceph_endpoint.px1.a: ${noDestination}`,
      `5:35: ceph_endpoint.px1.b: ${noEndpoint}`,
      `5:49: ceph_endpoint.px1.c.fqdn: ${noDestination}`,
      '5:54: ceph_endpoint.px1.c.sssh: unknown key; did you mean "ssh"?',
      "5:84: ceph_endpoint.px1.d.ssh.port: expected a port, 1 to 65535",
      "5:102: ceph_endpoint.default: expected a mapping, not text",
    ],
  ],
];

test.each(rows)("proxmox clusters: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
