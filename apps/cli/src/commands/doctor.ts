import { BackurneError, printable } from "@backurne/model";
import type { Diagnosis, Finding, Mended } from "@backurne/model";
import type { Backurne } from "backurne";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { describeFix, renderDiagnosis } from "../render/diagnosis.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface DoctorArgs extends GlobalArgs {
  readonly fix?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

export const doctor: Command = {
  name: "doctor",
  summary: "look at programs, permissions, clusters and leftovers before anything breaks",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne doctor [--fix]\n\nLooks at this host, the live hosts and both clusters: programs, versions, caps, clocks, space, images,\n" +
        "guests, leftovers. Changes nothing without --fix. Exit 3 when anything found is an error, else 0.",
      examples: [
        ["backurne doctor", "what may break, why it matters, what to do"],
        ["backurne doctor --fix", "asks, then removes what is left over and in nobody's use"],
        ["backurne doctor --fix --yes", "the same without asking"],
        ["backurne doctor --json | jq '.findings[]'", "for programs"],
      ],
    })
      .option("fix", {
        type: "boolean",
        describe: "remove clones, protections, leases and unfinished restores that are left over",
      })
      .option("yes", { type: "boolean", describe: "with --fix: do not ask" }),
  run: (args: DoctorArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const found = await backurne.examine();
      const look = lookOf({ settings, world });
      if (!args.json) printLines(renderDiagnosis(found, look), world);
      const mended = args.fix ? await mendAll(found, { args, world, backurne }) : undefined;
      if (args.json) printDocument({ ...found, ...(mended && { mended }) }, world);
      else if (mended) printLines(mended.map(describeMended), world);
      return found.findings.some(({ severity }) => severity === "error") ? 3 : 0;
    }),
};

interface Scene {
  readonly args: DoctorArgs;
  readonly world: World;
  readonly backurne: Backurne;
}

/** Clones first: what they were made of can be unprotected only then. */
async function mendAll({ findings }: Diagnosis, { args, world, backurne }: Scene): Promise<readonly Mended[]> {
  const fixes = findings.flatMap(({ fix }: Finding) => fix ?? []).toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  if (fixes.length === 0) return [];
  if (!args.yes && !(await agreed(fixes.map(describeFix), world))) return [];
  const mended: Mended[] = [];
  for (const fix of fixes) mended.push(await backurne.mend(fix));
  return mended;
}

async function agreed(lines: readonly string[], { ask, stderr }: World): Promise<boolean> {
  if (!ask)
    throw new BackurneError("usage", "--fix asks before it does anything, and nobody is there to answer", {
      hint: "with --yes it does not ask",
    });
  stderr.write(`${lines.map((line) => printable(`  ${line}`)).join("\n")}\n`);
  return ask(`do these ${lines.length}? [y/N] `);
}

function describeMended({ fix, outcome, because }: Mended): string {
  return printable(`${outcome}: ${describeFix(fix)}${because === undefined ? "" : `: ${because}`}`);
}
