import { readFile, rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import type { ClusterSettings } from "./model.ts";
import { startSimulator } from "./simulator.ts";

const { dir, port, state } = await yargs(hideBin(process.argv))
  .scriptName("proxmox-simulator")
  .usage(
    "$0 --dir DIR\n\nA Proxmox cluster's API on 127.0.0.1, until it gets a signal. DIR/simulator.json says how to reach it.",
  )
  .options({
    dir: { type: "string", demandOption: true, describe: "for certificates and simulator.json" },
    port: { type: "number", describe: "of the control interface; the nodes have the ports after it" },
    state: { type: "string", describe: "a JSON file: name, nodes, storages, guests" },
  })
  .strict()
  .parseAsync();

const settings = state === undefined ? {} : (JSON.parse(await readFile(state, "utf8")) as ClusterSettings);
const simulator = await startSimulator({ ...settings, dir: resolve(dir), port });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void simulator.close());

// Whoever waits for the file finds it whole.
const file = resolve(dir, "simulator.json");
await writeFile(`${file}.new`, `${JSON.stringify(simulator.access, undefined, 2)}\n`, { mode: 0o600 });
await rename(`${file}.new`, file);
console.log(`${simulator.access.url}, controlled at ${simulator.access.control}: ${file}`);
