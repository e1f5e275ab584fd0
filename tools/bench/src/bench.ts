import { down, up } from "@backurne/sandbox";
import { hideBin } from "yargs/helpers";
import yargs from "yargs";
import { measureManyGuests } from "./many-guests.ts";
import { measureManyReaders } from "./many-readers.ts";
import { measureManySmall } from "./many-small.ts";
import { measureNothingDue } from "./nothing-due.ts";
import { measureOneLarge } from "./one-large.ts";
import { measurePlanning } from "./planning.ts";
import { judge, renderTable, type Row } from "./row.ts";
import type { Scene } from "./scene.ts";

const SCENARIOS = {
  A: measureNothingDue,
  B: measureManySmall,
  C: measureOneLarge,
  D: measurePlanning,
  E: measureManyGuests,
  F: measureManyReaders,
} as const;
type Name = keyof typeof SCENARIOS;

const { json, only, rounds } = await yargs(hideBin(process.argv))
  .scriptName("npm run bench --")
  .usage(
    "$0 [--only A,B] [--rounds N] [--json]\n\nMeasures the tool against the same work by hand. It judges, and never fails for it.",
  )
  .option("json", { type: "boolean", default: false, describe: "print the rows as JSON" })
  .option("only", {
    type: "string",
    default: "A,B,C,D,E,F",
    describe: "scenarios: A nothing due, B many small, C one large, D planning, E many guests, F many readers",
  })
  .option("rounds", { type: "number", default: 3, describe: "rounds of each comparison; medians are printed" })
  .strict()
  .parseAsync();

const chosen = only.split(",").map((name) => name.trim().toUpperCase());
const unknown = chosen.find((name) => !(name in SCENARIOS));
if (unknown !== undefined || !(rounds >= 1)) {
  console.error(unknown === undefined ? "--rounds: at least 1" : `--only: there is no scenario ${unknown}`);
  process.exit(2);
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
const tell = (text: string) => console.error(text);

tell("Booting two Ceph clusters with Ceph's own timings");
const sandbox = await up({ name: `bench-${process.pid}`, signal: stop.signal });
try {
  const rows: Row[] = [];
  const scene: Scene = { sandbox, rounds: Math.floor(rounds), signal: stop.signal, tell };
  for (const name of chosen as Name[]) {
    const measured = await SCENARIOS[name](scene);
    rows.push(...measured);
    // What comes later may be interrupted.
    tell(`\n${renderTable(measured)}`);
  }
  const judged = rows.map((row) => ({ ...row, verdict: judge(row) }));
  process.stdout.write(json ? `${JSON.stringify(judged, undefined, 2)}\n` : `\n${renderTable(rows)}`);
} catch (error) {
  if (!stop.signal.aborted) throw error;
  console.error((stop.signal.reason as Error).message);
  process.exitCode = 130;
} finally {
  await down({ dir: sandbox.dir });
}
