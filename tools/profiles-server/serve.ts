import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createProfilesServer } from "./src/server.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { host: { type: "string" }, port: { type: "string" }, "token-file": { type: "string" } },
});
const { host = "127.0.0.1", port = "8473", "token-file": tokenFile } = values;
const [rulesFile] = positionals;
if (rulesFile === undefined) {
  console.error("serve.ts RULES.yaml [--host 127.0.0.1] [--port 8473] [--token-file FILE]");
  process.exit(2);
}
const token = tokenFile === undefined ? undefined : readFileSync(tokenFile, "utf8").trim();

createProfilesServer({ rulesFile, token, log: console.log }).listen(Number(port), host, () => {
  console.log(`answering on http://${host}:${port}/`);
});
