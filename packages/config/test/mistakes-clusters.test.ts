import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const uuid = "8eb4f698-afdc-45bb-9f6c-1833c42ae368";

const alpha = (more: string) => ({ clusters: [`{ ${plain}, ${more} }`] });

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  [
    "the same name twice",
    compose({ clusters: [`{ ${plain} }`, `{ ${plain} }`] }),
    ['5:13: live_clusters[1].name: another cluster has the name "alpha" already'],
  ],
  [
    "no name, no type",
    compose({ clusters: ["{ fqdn: x, pool: rbd }"] }),
    ['4:5: live_clusters[0].type: expected "plain" or "proxmox"'],
  ],
  [
    "no name",
    compose({ clusters: ["{ type: plain, fqdn: x, pool: rbd }"] }),
    ["4:5: live_clusters[0].name: is missing"],
  ],
  [
    "a type nobody knows",
    compose({ clusters: ["{ name: a, type: palin }"] }),
    ['4:22: live_clusters[0].type: expected "plain" or "proxmox"'],
  ],
  [
    "a name with ; or %",
    compose({
      clusters: [
        '{ name: "a;b", type: plain, fqdn: x, pool: rbd }',
        '{ name: "a%b", type: plain, fqdn: x, pool: rbd }',
      ],
    }),
    [
      "4:13: live_clusters[0].name: expected a name of at least one character, without ; % / @ and control characters",
      "5:13: live_clusters[1].name: expected a name of at least one character, without ; % / @ and control characters",
    ],
  ],
  [
    "names that mean something else",
    compose({
      clusters: ["restore-a", "partial-a", "closed-a", '"1,a"', `"${uuid},a"`].map(
        (name) => `{ name: ${name}, type: plain, fqdn: x, pool: rbd }`,
      ),
    }),
    [
      '4:13: live_clusters[0].name: a name cannot begin with "restore-": such images have a meaning of their own',
      '5:13: live_clusters[1].name: a name cannot begin with "partial-": such images have a meaning of their own',
      '6:13: live_clusters[2].name: a name cannot begin with "closed-": such images have a meaning of their own',
      '7:13: live_clusters[3].name: a name cannot begin with "1,": such images have a meaning of their own',
      `8:13: live_clusters[4].name: a name cannot begin with "${uuid},": such images have a meaning of their own`,
    ],
  ],
  [
    "a prefix that makes such a name",
    compose(alpha("ident_prefix: closed-")),
    [
      '4:71: live_clusters[0].ident_prefix: with the name it begins with "closed-": such images have a meaning of their own',
    ],
  ],
  [
    "two that would share their backups",
    compose({
      clusters: [
        "{ name: ab, type: plain, fqdn: x, pool: rbd }",
        "{ name: b, type: plain, fqdn: y, pool: rbd, ident_prefix: a }",
      ],
    }),
    [
      '5:13: live_clusters[1].name: its backups would be called "ab;…", as those of "ab"; give one of them another ident_prefix',
    ],
  ],
  [
    "fqdn and use_helper",
    compose(alpha("use_helper: { cmd: kubectl }")),
    ["4:57: live_clusters[0].use_helper: there is fqdn already; one of them is enough"],
  ],
  [
    "neither",
    compose({ clusters: ["{ name: a, type: plain, pool: rbd }"] }),
    ["4:5: live_clusters[0]: needs fqdn or use_helper"],
  ],
  [
    "get_helper without use_helper",
    compose(alpha("get_helper: { cmd: x }")),
    ["4:57: live_clusters[0].get_helper: is of no use without use_helper"],
  ],
  [
    "get_helper for nothing",
    compose({ clusters: ["{ name: a, type: plain, pool: rbd, use_helper: { cmd: x }, get_helper: { cmd: y } }"] }),
    ["4:64: live_clusters[0].get_helper: its output would replace %HELPERNAME%, but use_helper has none"],
  ],
  [
    "a helper's name from nowhere",
    compose({ clusters: ['{ name: a, type: plain, pool: rbd, use_helper: { cmd: x, args: ["%HELPERNAME%"] } }'] }),
    ["4:40: live_clusters[0].use_helper: needs get_helper, whose output replaces %HELPERNAME%"],
  ],
  [
    "a helper without command",
    compose({ clusters: ["{ name: a, type: plain, pool: rbd, use_helper: { args: [x] } }"] }),
    ["4:40: live_clusters[0].use_helper.cmd: is missing"],
  ],
  [
    "ssh for a helper",
    compose({ clusters: ["{ name: a, type: plain, pool: rbd, use_helper: { cmd: x }, ssh: { user: y } }"] }),
    ["4:64: live_clusters[0].ssh: is of no use with use_helper"],
  ],
  [
    "a destination that is an option",
    compose({ clusters: ["{ name: a, type: plain, pool: rbd, fqdn: -oProxyCommand=x }"] }),
    [
      "4:46: live_clusters[0].fqdn: expected an ssh destination: a host or user@host, without spaces, not beginning with -",
    ],
  ],
  [
    "a port that is none",
    compose(alpha("ssh: { port: 65536 }")),
    ["4:70: live_clusters[0].ssh.port: expected a port, 1 to 65535"],
  ],
  [
    "a bandwidth that is none",
    compose(alpha("bandwidth: 50MB")),
    [
      '4:68: live_clusters[0].bandwidth: expected bytes a second: a number, or text like "50M" (K, M and G are powers of 1024)',
    ],
  ],
  [
    "no bandwidth",
    compose(alpha("bandwidth: 0")),
    [
      '4:68: live_clusters[0].bandwidth: expected bytes a second: a number, or text like "50M" (K, M and G are powers of 1024)',
    ],
  ],
  [
    "no worker",
    compose(alpha("backup_worker: 0")),
    ["4:72: live_clusters[0].backup_worker: expected a whole number, 1 or more"],
  ],
  [
    "held still where nobody can be",
    compose(alpha("fsfreeze: true, rules: [{ match: { name: x } }, { match: { name: y }, fsfreeze: true }]")),
    [
      "4:57: live_clusters[0].fsfreeze: nobody can hold a plain cluster's guests still",
      "4:127: live_clusters[0].rules[1].fsfreeze: nobody can hold a plain cluster's guests still",
    ],
  ],
  [
    "the backup pool itself",
    compose({
      clusters: [
        "{ name: a, type: plain, fqdn: localhost, pool: backup }",
        "{ name: b, type: plain, fqdn: root@127.0.0.1, pool: backup, ceph_conf: /etc/ceph/ceph.conf, ceph_id: other, ssh: { port: 22 } }",
      ],
    }),
    [
      "4:52: live_clusters[0].pool: this is the backup pool itself",
      "5:57: live_clusters[1].pool: this is the backup pool itself",
    ],
  ],
];

test.each(rows)("clusters: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
