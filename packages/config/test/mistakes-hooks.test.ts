import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const noUrl = "expected a URL that begins with http:// or https://, without user and password in it";

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  [
    "a hook that is no path",
    compose({ more: "hooks: { pre_vm: run-me }" }),
    ["5:18: hooks.pre_vm: expected an absolute path, one that begins with /"],
  ],
  [
    "a hook that is no text",
    compose({ clusters: [`{ ${plain}, hooks: { pre_vm: true } }`] }),
    ["4:74: live_clusters[0].hooks.pre_vm: expected an absolute path, or false"],
  ],
  [
    "a timeout that is none",
    compose({ more: "hooks: { timeout: 10 }" }),
    ["5:19: hooks.timeout: expected text, not a number; put it in quotes"],
  ],
  [
    "a timeout that is no duration",
    compose({ more: "hooks: { timeout: 10 min }" }),
    ['5:19: hooks.timeout: "10 min" is not a duration; write "30m", "6h", "2d" or "1w"'],
  ],
  [
    "a timeout beyond all reason",
    compose({ more: "hooks: { timeout: 25h }" }),
    ["5:19: hooks.timeout: expected a day at most"],
  ],
  ["an api without URL", compose({ more: "profiles_api: { token: x }" }), ["5:1: profiles_api.url: is missing"]],
  ["an api that is a number", compose({ more: "profiles_api: 5" }), ["5:15: profiles_api: expected a URL or {url: …}"]],
  ["an api without scheme", compose({ more: "profiles_api: profiles.example.net/" }), [`5:15: profiles_api: ${noUrl}`]],
  [
    "an api of another scheme",
    compose({ more: "profiles_api: { url: ftp://x }" }),
    [`5:22: profiles_api.url: ${noUrl}`],
  ],
  [
    "an api without host",
    compose({ more: "profiles_api: { url: http:///x:y }" }),
    [`5:22: profiles_api.url: ${noUrl}`],
  ],
  [
    "an api with a password, not repeated",
    compose({ more: "profiles_api: https://me:hush@x/" }),
    [`5:15: profiles_api: ${noUrl}`],
  ],
  [
    "an api with a token twice",
    compose({ more: "profiles_api: { url: http://x, token_file: y, token: z }" }),
    ["5:32: profiles_api.token_file: there is token already; one of them is enough"],
  ],
  [
    "an api with a key nobody knows",
    compose({ more: "profiles_api: { url: http://x, maylower: true }" }),
    ['5:32: profiles_api.maylower: unknown key; did you mean "may_lower"?'],
  ],
];

test.each(rows)("hooks and profiles_api: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
