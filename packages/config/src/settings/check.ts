import type { CheckSettings } from "@backurne/model";
import { parseDuration } from "@backurne/retention";
import type { Config } from "../schema/config.ts";

export function resolveCheck(check: Config["check"]): CheckSettings {
  const { grace, max_age: maxAge, verified_within: verifiedWithin } = check;
  return {
    ...(grace === undefined ? {} : { grace: parseDuration(grace) }),
    ...(maxAge === undefined ? {} : { maxAge: parseDuration(maxAge) }),
    ...(verifiedWithin === undefined ? {} : { verifiedWithin: parseDuration(verifiedWithin) }),
    afterBackup: check.after_backup,
  };
}
