/** ms; and how many failed logins within them are each worth a line. */
const WHILE = 3_600_000;
const EACH = 20;

/**
 * Anybody may try to log in, as often as he likes, and the audit log is not his to fill: of an hour the first twenty that
 * fail are written down, then the 32nd, the 64th and so on. So it always says more than half of how many there were.
 */
export interface Failures {
  /** One more. The how-manieth within the hour it is, where that is to be written; else undefined. */
  count(): number | undefined;
}

export function openFailures(now: () => number): Failures {
  let since = -Infinity;
  let failed = 0;
  return {
    count() {
      if (now() - since >= WHILE) [since, failed] = [now(), 0];
      failed += 1;
      return failed <= EACH || Number.isInteger(Math.log2(failed)) ? failed : undefined;
    },
  };
}
