import { expect, test } from "vitest";
import { compose, problemsIn } from "./texts.ts";

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  [
    "a report time that is a number",
    compose({ more: "report_time: 5" }),
    ["5:14: report_time: expected true, false or text"],
  ],
  ["influxdb as text", compose({ more: "influxdb: http://x" }), ["5:11: influxdb: expected a mapping, not text"]],
];

test.each(rows)("sections of later versions: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
