import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isAlive, scratch, until } from "./fixture.ts";

const program = join(import.meta.dirname, "programs/hold-commits.ts");

it.each([1, 2, 5])("kill -9 of the tool closes %i held commits at once, without their last byte", async (count) => {
  const at = scratch();
  const directories = Array.from({ length: count }, (_, index) => at(String(index)));
  for (const directory of directories) mkdirSync(directory);
  const tool = spawn(process.execPath, ["--conditions=source", program, ...directories], { stdio: "inherit" });
  const gone = once(tool, "exit");
  await until(() => directories.every((directory) => existsSync(`${directory}/asked`)));
  const lingering = directories.map((directory) => Number(readFileSync(`${directory}/lingers`, "utf8")));

  tool.kill("SIGKILL");
  await gone;
  await until(() => directories.every((directory) => existsSync(`${directory}/ended`)));

  // Children of every run still live: had one inherited what releases a byte, its filter would still wait.
  expect(lingering.every(isAlive)).toBe(true);
  for (const pid of lingering) process.kill(pid, "SIGKILL");
  for (const directory of directories) expect(readFileSync(`${directory}/received`, "utf8")).toBe("abcd");
});
