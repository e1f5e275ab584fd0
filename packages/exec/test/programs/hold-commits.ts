// Runs one pipeline per argument up to its commit, and waits there for ever. Each argument names a directory.
import { writeFileSync } from "node:fs";
import { createExecutor } from "../../src/index.ts";

const executor = createExecutor();
const receive = `cat >"$1/received"; echo ended >"$1/ended"`;
const linger = `sleep 60 & echo $! >"$1/lingers"; printf abcde`;

for (const directory of process.argv.slice(2)) {
  const allow = () => {
    writeFileSync(`${directory}/asked`, "");
    return new Promise<boolean>(() => {});
  };
  const stage = (script: string) => ({ file: "bash", args: ["-c", script, "sh", directory] });
  // The lingering child has a group of its own stdout, so that the stream ends although it stays.
  const source = stage(linger.replace("&", ">/dev/null 2>&1 &"));
  void executor.run([source, stage(receive)], { commit: { into: 1, allow }, holdStdin: true });
}
