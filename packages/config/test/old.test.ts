import { expect, test } from "vitest";
import { toPlain } from "../src/convert/old.ts";
import { readOldConfig } from "../src/convert/read-old.ts";
import { formatProblem } from "../src/problem.ts";

function read(text: string): unknown {
  const old = readOldConfig(text, "o");
  return "problems" in old ? old.problems.map(formatProblem) : toPlain(old.root);
}

const literals: [string, unknown][] = [
  ["'a'", "a"],
  ['"a\'b"', "a'b"],
  ["'a\\'b\\n\\x41\\u00e9\\U0001F600\\101\\q'", "a'b\nAé😀A\\q"],
  ["r'a\\n'", "a\\n"],
  ["u'a'", "a"],
  ["'''a\n'b''c'''", "a\n'b''c"],
  ["'a' \"b\" 'c'", "abc"],
  ["('a'\n  'b')", "ab"],
  ["'a' + 'b' \\\n + 'c'", "abc"],
  ["'a # b'", "a # b"],
  ["1_000", 1000],
  ["0x10", 16],
  ["-1.5e3", -1500],
  [".5", 0.5],
  ["1 + 2", 3],
  ["True", true],
  ["False", false],
  ["[]", []],
  ["()", []],
  ["(1,)", [1]],
  ["(1)", 1],
  ["(1, 2)", [1, 2]],
  ["[1, [2], ] + [3]", [1, [2], 3]],
  ["{}", {}],
  ["{'a': 1, 2: 'b', 'n': None, 'c': {'d': (),},}", { a: 1, 2: "b", c: { d: [] } }],
  ["[ # one\n 1, # two\n\n 2 ]", [1, 2]],
];

test.each(literals)("the literal %s", (text, value) => {
  expect(read(`a = ${text}`)).toEqual({ a: value });
});

test.each([
  ["keys of keys", "config = {'a': {'b': 1}}\nconfig['a'][\"c\"] = 2", { a: { b: 1, c: 2 } }],
  ["keys of nothing", "config['a']['c'] = 2", { a: { c: 2 } }],
  ["the last one wins", "a = 1\na = 2", { a: 2 }],
  ["a name that serves", "x = {'q': 1}\nconfig = {'a': x, 'b': [x]}", { a: { q: 1 }, b: [{ q: 1 }] }],
  ["several on a line", "a = 1; b = 2; 'c'; d = 3;", { a: 1, b: 2, d: 3 }],
  [
    "comments, empty lines, texts that stand alone, carriage returns, a byte order mark",
    "\uFEFF#!/x\r\n'doc'\r\n\r\n# y\r\na = 1 # z\r\n",
    { a: 1 },
  ],
  ["a very long comment is one comment", `# ${"x".repeat(10_000)} = 1\na = 1`, { a: 1 }],
  ["nothing", "", {}],
])("%s", (_, text, value) => {
  expect(read(text)).toEqual(value);
});

const run = "begins something that has to be run: only assignments of literals are read";
const computed = "is computed when the file runs; write its value instead (the file is only read, never run)";

test.each([
  ["the environment", "a = os.environ['X']", [`o:1:5: "os" ${computed}`]],
  ["a call", "a = int('3')", [`o:1:5: "int" ${computed}`]],
  ["a part of another value", "x = {'a': 1}\nb = x['a']", [`o:2:5: "x" ${computed}`]],
  ["an import", "import os\nfrom x import y", [`o:1:1: "import" ${run}`, `o:2:1: "from" ${run}`]],
  ["a method", "config['a'].append(1)", [`o:1:1: "config" ${run}`]],
  ["an addition in place", "a += 1", [`o:1:1: "a" ${run}`]],
  ["a block is one problem", "if True:\n  a = 1\n\n  b = 2\nc = 3", [`o:1:1: "if" ${run}`]],
  [
    "indented",
    "a = 1\n  b = 2",
    ["o:2:3: this line is indented: only assignments of literals are read, one below the other"],
  ],
  ["a condition", "a = 1 if x else 2", [`o:1:7: expected the end of the line after a literal, not "if"`]],
  [
    "a format",
    "a = f'{x}'",
    ['o:1:5: text with an "f" before it is computed when the file runs; write what comes out'],
  ],
  ["bytes", "a = b'x'", ['o:1:5: bytes (a "b" before the text) are not read; leave the "b" out']],
  ["a set", "a = {1, 2}", ['o:1:7: expected ":", not ","']],
  [
    "a quote left open",
    "a = 'x\nb = 1 +",
    ["o:1:5: this text has no closing quote", "o:2:8: expected a value, not the end of the line"],
  ],
  ["a bracket left open", "a = [1, 2\nb = 1", ['o:2:1: expected "," or "]", not "b"']],
  [
    "a secret is not repeated",
    "a = ['x' 1]\nb = {'p': 1 'hush'}",
    ['o:1:10: expected "," or "]", not "1"', 'o:2:13: expected "," or "}", not text'],
  ],
  ["what cannot be added", "a = 'x' + 1", ["o:1:9: only text and text, number and number, list and list can be added"]],
  ["all of them at once", "a = x\nb = 1\nc = y", [`o:1:5: "x" ${computed}`, `o:3:5: "y" ${computed}`]],
])("not read: %s", (_, text, problems) => {
  expect(read(text)).toEqual(problems);
});
