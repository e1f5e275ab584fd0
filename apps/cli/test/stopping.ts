/** A process that waits to be stopped: `willing` ends on its own then, `stuck` never does. `talking` talks until nobody can hear it. */
import { writeSync } from "node:fs";
import { outputTo } from "../src/output.ts";
import { listenForStop } from "../src/stop.ts";

const stdout = outputTo(process.stdout);
const stderr = outputTo(process.stderr);
const stop = listenForStop(stderr);
process.once("exit", (code) => {
  if (code !== 42) writeSync(2, "cursor back\n");
});
const alive = setInterval(() => {}, 60_000);
if (process.argv[2] === "willing")
  stop.addEventListener("abort", () => {
    clearInterval(alive);
    process.exitCode = 42;
    stderr.write(`${String(stop.reason)}\n`);
  });
if (process.argv[2] === "talking") {
  const talk = setInterval(() => stdout.write("still here\n"), 5);
  process.stdout.once("close", () => {
    // What is written from here on must not matter either.
    for (let word = 0; word < 3; word += 1) stdout.write("anyone?\n");
    setImmediate(() => {
      clearInterval(talk);
      clearInterval(alive);
      process.exitCode = 42;
      stderr.write("reached the end\n");
    });
  });
}
stdout.write("ready\n");
