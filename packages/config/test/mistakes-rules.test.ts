import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const alpha = (more: string) => ({ clusters: [`{ ${plain}, ${more} }`] });

const px = "name: px1, type: proxmox, fqdn: px1";

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  [
    "an unknown match key",
    compose(alpha("exclude: [{ nmae: x }]")),
    ['4:69: live_clusters[0].exclude[0].nmae: unknown key; did you mean "name"?'],
  ],
  [
    "nothing to match",
    compose(alpha("include: [{}]")),
    ['4:67: live_clusters[0].include[0]: matches nothing in particular; write {name: "*"} for everything'],
  ],
  [
    "a match that is text",
    compose(alpha("exclude: [ci-*]")),
    ["4:67: live_clusters[0].exclude[0]: expected a mapping, not text"],
  ],
  [
    "a number for a name",
    compose(alpha("exclude: [{ name: 12 }]")),
    ["4:75: live_clusters[0].exclude[0].name: expected text, not a number; put it in quotes"],
  ],
  [
    "what plain clusters do not have",
    compose(alpha("exclude: [{ tag: x }], include: [{ kind: lxc }], rules: [{ match: { vmid: 9 } }]")),
    [
      "4:69: live_clusters[0].exclude[0].tag: images of a plain cluster have only name, pool, namespace",
      "4:92: live_clusters[0].include[0].kind: images of a plain cluster have only name, pool, namespace",
      "4:125: live_clusters[0].rules[0].match.vmid: images of a plain cluster have only name, pool, namespace",
    ],
  ],
  [
    "a profile that is not there",
    compose(alpha("rules: [{ match: { name: x }, profiles: [daily, dialy] }]")),
    ['4:105: live_clusters[0].rules[0].profiles[1]: there is no profile "dialy"; did you mean "daily"?'],
  ],
  [
    "a profile that is switched off here",
    compose({
      profiles: "{ daily: { count: 7 }, weekly: { count: 1 } }",
      ...alpha("profiles: { daily: false }, rules: [{ match: { name: x }, profiles: [daily] }]"),
    }),
    ['4:126: live_clusters[0].rules[0].profiles[0]: there is no profile "daily"'],
  ],
  [
    "no profile",
    compose(alpha("rules: [{ match: { name: x }, profiles: [] }]")),
    ["4:97: live_clusters[0].rules[0].profiles: names no profile; to back nothing up, write it under exclude"],
  ],
  ["no match", compose(alpha("rules: [{ profiles: [daily] }]")), ["4:65: live_clusters[0].rules[0].match: is missing"]],
  [
    "a range from end to beginning",
    compose({ clusters: [`{ ${px}, user: a, password: b, exclude: [{ vmid: 9099-9000 }, { kind: openvz }] }`] }),
    [
      "4:84: live_clusters[0].exclude[0].vmid: expected a number like 9000 or a range like 9000-9099",
      "4:105: live_clusters[0].exclude[1].kind: expected qemu or lxc",
    ],
  ],
];

test.each(rows)("rules: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
