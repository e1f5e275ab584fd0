import { expect, test } from "vitest";
import { checkLayers } from "../src/layers.ts";
import type { Room } from "../src/workspace.ts";

interface Draft {
  readonly deps?: readonly string[];
  readonly dev?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** `packages/rbd` with files by their path below it. */
function room(dir: string, { deps = [], dev = [], files = {} }: Draft = {}): Room {
  const name = `@backurne/${dir.split("/")[1]}`;
  const list = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, "*"]));
  return {
    dir,
    name,
    manifest: JSON.stringify({ name, dependencies: list(deps), devDependencies: list(dev) }, undefined, 2),
    files: Object.entries(files).map(([path, text]) => ({ path: `${dir}/${path}`, text })),
  };
}

const MODEL = room("packages/model");
const say = (rooms: readonly Room[]) =>
  checkLayers(rooms).map(({ file, line, message }) => `${file}:${line} ${message}`);

test("a house in order has no problems", () => {
  const files = {
    "src/index.ts":
      'import { x } from "@backurne/model";\nimport { readFile } from "node:fs/promises";\nimport "./other.ts";\n',
    "test/a.test.ts":
      'import { test } from "vitest";\nimport { spawn } from "node:child_process";\nconsole.log(process.env.X);\n',
  };
  expect(say([MODEL, room("packages/exec", { deps: ["@backurne/model"], dev: ["vitest"], files })])).toEqual([]);
});

interface Case {
  readonly rule: string;
  readonly rooms: readonly Room[];
  readonly expected: readonly string[];
}

const src = (text: string) => ({ "src/index.ts": text });
const cases: readonly Case[] = [
  {
    rule: "arrows go down",
    rooms: [
      room("packages/model", { deps: ["@backurne/exec"], files: src('\nimport { x } from "@backurne/exec";') }),
      room("packages/exec"),
    ],
    expected: ["packages/model/src/index.ts:2 model may import nothing of exec"],
  },
  {
    rule: "a deep import is an import",
    rooms: [
      room("packages/model", { deps: ["@backurne/exec"], files: src('import "@backurne/exec/deep";') }),
      room("packages/exec"),
    ],
    expected: ["packages/model/src/index.ts:1 model may import nothing of exec"],
  },
  {
    rule: "a re-export, a dynamic import and a type import are imports",
    rooms: [
      room("packages/model", {
        deps: ["@backurne/exec"],
        files: src(
          'export * from "@backurne/exec";\nexport { x } from "@backurne/exec";\nawait import("@backurne/exec");\ntype T = typeof import("@backurne/exec");',
        ),
      }),
      room("packages/exec"),
    ],
    expected: [1, 2, 3, 4].map((line) => `packages/model/src/index.ts:${line} model may import nothing of exec`),
  },
  {
    rule: "types only means types only",
    rooms: [
      MODEL,
      room("packages/cluster", {
        deps: ["@backurne/rbd"],
        files: src(
          'import type { A } from "@backurne/rbd";\nimport { type B } from "@backurne/rbd";\nexport type { C } from "@backurne/rbd";\nimport { type D, e } from "@backurne/rbd";',
        ),
      }),
      room("packages/rbd"),
    ],
    expected: ["packages/cluster/src/index.ts:4 cluster may import only types of rbd"],
  },
  {
    rule: "an app uses the front door",
    rooms: [
      room("apps/cli", { deps: ["@backurne/engine"], files: src('import { x } from "@backurne/engine";') }),
      room("packages/engine"),
    ],
    expected: ["apps/cli/src/index.ts:1 cli may import nothing of engine"],
  },
  {
    rule: "nobody imports a tool",
    rooms: [
      room("apps/cli", { deps: ["@backurne/sandbox"], files: src('import { x } from "@backurne/sandbox";') }),
      room("tools/sandbox"),
    ],
    expected: ["apps/cli/src/index.ts:1 cli may import nothing of sandbox"],
  },
  {
    rule: "every room has a row",
    rooms: [room("packages/utils")],
    expected: ["packages/utils/package.json:1 has no row in tools/checks/src/table.ts"],
  },
  {
    rule: "what is imported is declared, in tests and tools too",
    rooms: [
      MODEL,
      room("packages/rbd", {
        files: { "src/a.ts": 'import "@backurne/model";', "test/a.test.ts": 'import "vitest";' },
      }),
      room("tools/demo", { files: { "demo.ts": 'import "@backurne/model";' } }),
    ],
    expected: [
      "packages/rbd/src/a.ts:1 @backurne/model is not declared in packages/rbd/package.json",
      "packages/rbd/test/a.test.ts:1 vitest is not declared in packages/rbd/package.json",
      "tools/demo/demo.ts:1 @backurne/model is not declared in tools/demo/package.json",
    ],
  },
  {
    rule: "what is shipped is not a devDependency",
    rooms: [
      room("packages/rbd", { dev: ["zod"], files: { "src/a.ts": 'import "zod";', "test/a.test.ts": 'import "zod";' } }),
    ],
    expected: ["packages/rbd/src/a.ts:1 zod is only a devDependency of packages/rbd/package.json"],
  },
  {
    rule: "only exec starts programs",
    rooms: ["packages/rbd", "apps/cli", "packages/exec", "tools/demo"].map((dir) =>
      room(dir, {
        deps: ["execa"],
        files: src('import { spawn } from "node:child_process";\nimport "child_process";\nawait import("execa");'),
      }),
    ),
    expected: ["apps/cli", "packages/rbd"].flatMap((dir) =>
      ["node:child_process", "child_process", "execa"].map(
        (one, i) => `${dir}/src/index.ts:${i + 1} ${one}: only exec starts programs`,
      ),
    ),
  },
  {
    rule: "only apps and tools touch the process",
    rooms: ["packages/rbd", "apps/cli", "tools/demo"].map((dir) =>
      room(dir, {
        files: src(
          [
            'const text = "console.log(process.env)"; // process.exit()',
            "console.log(text, process.pid);",
            "process.exit(1);",
            "export const a = process.env.A;",
            "export const { env } = process;",
            'import { exit } from "node:process";',
          ].join("\n"),
        ),
      }),
    ),
    expected: ["2 console", "3 process.exit", "4 process.env", "5 process.env", "6 process.exit"].map(
      (one) => `packages/rbd/src/index.ts:${one} belongs to apps and tools`,
    ),
  },
  {
    rule: "packages meet by name, not by path",
    rooms: [
      MODEL,
      room("packages/rbd", {
        files: { "test/a.test.ts": 'import "../../model/src/index.ts";\nimport "../src/a.ts";' },
      }),
    ],
    expected: ["packages/rbd/test/a.test.ts:1 ../../model/src/index.ts reaches into another package: import its name"],
  },
  {
    rule: "packages do not go round in circles, development included",
    rooms: [
      room("packages/model", { deps: ["@backurne/rbd"] }),
      room("packages/rbd", { deps: ["@backurne/exec"] }),
      room("packages/exec", { dev: ["@backurne/rbd"] }),
    ],
    expected: ["packages/exec/package.json:5 packages in a circle: rbd → exec → rbd"],
  },
];

test.each(cases)("$rule", ({ rooms, expected }) => {
  expect(say(rooms)).toEqual(expected);
});

test("a file that does not parse is named", () => {
  expect(() => checkLayers([room("packages/model", { files: src("const = ;") })])).toThrow(
    "packages/model/src/index.ts",
  );
});
