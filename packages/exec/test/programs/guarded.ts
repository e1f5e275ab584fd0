import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startGuard } from "../../src/index.ts";

/** Starts a guard and waits to be killed. */
const [, , program = "", file = "", pid = ""] = process.argv;
await startGuard({ file: process.execPath, args: ["--conditions=source", program] }, JSON.stringify({ file }));
writeFileSync(pid, `${process.pid}\n`);
await sleep(600_000);
