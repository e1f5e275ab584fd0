import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { checkLayers } from "./src/layers.ts";
import { readWorkspace } from "./src/workspace.ts";

/** What a check found: nothing, or lines that begin with `file:line` where there is one. */
type Check = () => Promise<string>;

const root = fileURLToPath(new URL("../..", import.meta.url));

const CHECKS: Readonly<Record<string, Check>> = {
  types: () => run("turbo", ["run", "typecheck", "--continue", "--output-logs=errors-only", "--log-prefix=none"]),
  lint: () => run("oxlint", ["--format=unix", "--deny-warnings"]),
  format: () => run("oxfmt", ["--list-different"]),
  "unused code": () => run("knip", ["--no-progress", "--no-config-hints"]),
  layers: async () => {
    const problems = checkLayers(await readWorkspace(root));
    return problems.map(({ file, line, message }) => `${file}:${line}: ${message}\n`).join("");
  },
};

/** All of them, whatever one finds: one run shows everything there is to do. */
for (const [name, check] of Object.entries(CHECKS)) {
  const since = performance.now();
  const found = await check();
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  console.log(`${found === "" ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (found === "") continue;
  console.log(found.trimEnd().replaceAll(/^/gm, "  "));
  process.exitCode = 1;
}

async function run(file: string, args: readonly string[]): Promise<string> {
  const { failed, all, shortMessage } = await execa(file, args, {
    cwd: root,
    all: true,
    reject: false,
    preferLocal: true,
  });
  return failed ? `${all}\n${shortMessage}` : "";
}
