import { BackurneError, PROFILE_NAME } from "@backurne/model";
import { parseAt, parseDuration, standardIntervals, type Profile } from "@backurne/retention";

/** In the words of the configuration; an empty one is not said. */
export interface PolicyWords {
  readonly count: number;
  readonly max_on_live?: number | undefined;
  readonly every?: string | undefined;
  readonly at?: string | undefined;
}

/** So many points of one profile, at most: what is tried has an end. */
export const MOST_KEPT = 10_000;

/** @throws BackurneError `usage`: it is no policy. */
export function readPolicy(
  name: string,
  { count, max_on_live: maxOnLive = 0, every = "", at = "" }: PolicyWords,
): Profile {
  const wrong = (what: string) => new BackurneError("usage", `${name}: ${what}`);
  if (!PROFILE_NAME.test(name)) throw wrong("a profile's name is made of letters, digits, _ and -");
  if (!Number.isInteger(count) || count < 1 || count > MOST_KEPT) throw wrong(`keep a whole number, 1 to ${MOST_KEPT}`);
  const standard = Object.hasOwn(standardIntervals, name) ? standardIntervals[name] : undefined;
  const given = every === "" ? undefined : parseDuration(every);
  if (every !== "" && given === undefined) throw wrong(`"${every}" is not a duration; write "30m", "6h", "2d" or "1w"`);
  if (standard !== undefined && given !== undefined && given !== standard) {
    throw wrong("it has its own interval; give the profile another name");
  }
  const interval = standard ?? given;
  if (interval === undefined) throw wrong('it needs "every"');
  const slot = at === "" ? undefined : parseAt(at, interval);
  if (slot && "problem" in slot) throw wrong(`at: ${slot.problem}`);
  return { name, count, interval, maxOnLive, ...(at !== "" && { at }) };
}
