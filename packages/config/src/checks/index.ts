import type { Fields } from "../fields.ts";
import { checkEndpoints } from "./endpoints.ts";
import type { Check, Finding } from "./finding.ts";
import { checkFreezing } from "./freezing.ts";
import { checkNames } from "./names.ts";
import { checkOutlets } from "./outlets.ts";
import { checkPools } from "./pools.ts";
import { checkProfiles } from "./profiles.ts";
import { checkReach } from "./reach.ts";
import { checkRules } from "./rules.ts";
import { checkSecrets } from "./secrets.ts";

const checks: readonly Check[] = [
  checkProfiles,
  checkNames,
  checkReach,
  checkPools,
  checkRules,
  checkFreezing,
  checkEndpoints,
  checkSecrets,
  checkOutlets,
];

/** All mistakes that only several values together make. */
export function checkTogether(root: Fields): readonly Finding[] {
  return checks.flatMap((check) => [...check(root)]);
}
