import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const alpha = (more: string) => ({ clusters: [`{ ${plain}, ${more} }`] });

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  ["an empty file", "", ["1:1: expected a mapping, not nothing"]],
  ["text only", "hello", ["1:1: expected a mapping, not text"]],
  ["a list", "- 1", ["1:1: expected a mapping, not a list"]],
  [
    "a bracket left open",
    "backup_cluster: [1\nprofiles: 2",
    ["2:1: YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ],
  ["a quote left open", 'snap_prefix: "back\nprofiles: 2\n', ['3:1: YAML: Missing closing "quote']],
  ["a tab", "profiles:\n\tdaily: 1\n", ["2:1: YAML: Tabs are not allowed as indentation"]],
  [
    "a key written twice",
    compose({ more: "log_level: info\nlog_level: warn" }),
    ["6:1: this key is written twice: log_level"],
  ],
  [
    "a key written twice further down",
    compose({ profiles: "{ daily: { count: 7 }, daily: { count: 9 } }" }),
    ["2:34: this key is written twice: daily"],
  ],
  [
    "a second document",
    compose({ more: "---\na: 1" }),
    ["5:1: YAML: `---` begins a second document; one is all that is read"],
  ],
  [
    "a tag",
    compose({ more: "snap_prefix: !env PREFIX" }),
    ["5:14: YAML: `!` begins a tag here, and nobody knows it; text that begins so goes in quotes"],
  ],
  [
    "an anchor that is none, and the text behind it not repeated",
    compose(alpha("ssh: { user: *hush }")),
    ["4:70: YAML: `*` names an anchor here, and there is none; text that begins so goes in quotes"],
  ],
  [
    "aliases without end",
    compose({ more: `a: &a [1]\nb: &b [${"*a, ".repeat(30)}]\nc: [${"*b, ".repeat(30)}]` }),
    ["1:1: YAML: Excessive alias count indicates a resource exhaustion attack"],
  ],
  [
    "a secret that YAML takes for something else, not repeated",
    "password: >hush\n",
    ["1:12: YAML: Block scalar header includes extra characters"],
  ],
  [
    "another one",
    "password: }hush\n",
    ["1:11: YAML: Unexpected flow-map-end token in YAML stream", "1:12: YAML: Unexpected scalar token in YAML stream"],
  ],
];

test.each(rows)("YAML that cannot be read: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
