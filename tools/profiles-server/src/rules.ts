import { readFile } from "node:fs/promises";
import { matchesGlob } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Question } from "./server.ts";

const rule = z.strictObject({
  /** All that is said has to fit; `{}` fits every guest. */
  match: z.strictObject({
    cluster: z.string().optional(),
    name: z.string().optional(), // may hold * and ?
    vmid: z.number().optional(),
    tag: z.string().optional(),
  }),
  backup: z.literal(false).optional(),
  profiles: z
    .record(
      z.string(),
      z.strictObject({
        count: z.number().optional(),
        max_on_live: z.number().optional(),
        priority: z.enum(["high", "normal"]).optional(),
        every: z.string().optional(),
      }),
    )
    .optional(),
});

export type Rule = z.infer<typeof rule>;

/** Read anew for each question: an edit counts at once. YAML, and so JSON too. */
export async function readRules(file: string): Promise<readonly Rule[]> {
  return z.array(rule).parse(parse(await readFile(file, "utf8")) ?? []);
}

/** The first rule that fits decides; for a guest that none fits, `{}`: what is configured applies. */
export function findAnswer(rules: readonly Rule[], { cluster, vm }: Question): Pick<Rule, "backup" | "profiles"> {
  const found = rules.find(
    ({ match }) =>
      (match.cluster === undefined || match.cluster === cluster.name) &&
      (match.name === undefined || matchesGlob(vm.name, match.name)) &&
      (match.vmid === undefined || match.vmid === vm.vmid) &&
      (match.tag === undefined || vm.tags.includes(match.tag)),
  );
  const { backup, profiles } = found ?? {};
  return { ...(backup === false && { backup }), ...(profiles && { profiles }) };
}
