import { PROFILE_NAME } from "@backurne/model";
import { parseAt, parseDuration, standardIntervals } from "@backurne/retention";
import { fieldsOf, isFields, textOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { mergeProfiles } from "../merge.ts";
import type { Path } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import { clustersOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Every profile has one interval, and `at` fits it. */
export function* checkProfiles(root: Fields): Iterable<Finding> {
  const profiles = fieldsOf(root.profiles);
  for (const name of Object.keys(profiles)) {
    yield* checkProfile(["profiles", name], { given: fieldsOf(profiles[name]), whole: fieldsOf(profiles[name]) });
  }
  for (const { path, fields } of clustersOf(root)) {
    yield* checkOverrides([...path, "profiles"], profiles, fieldsOf(fields.profiles));
    if (root.profiles !== undefined && !isFields(root.profiles)) continue;
    if (Object.keys(mergeProfiles(profiles, fieldsOf(fields.profiles))).length === 0) {
      yield { path, message: "no profile applies to this cluster; give it `profiles`, or the file" };
    }
  }
}

function* checkOverrides(path: Path, profiles: Fields, overrides: Fields): Iterable<Finding> {
  const merged = mergeProfiles(profiles, overrides);
  for (const [name, given] of Object.entries(overrides)) {
    const known = Object.hasOwn(profiles, name);
    const here = [...path, name];
    if (given === false && !known) {
      yield {
        path: here,
        message: `there is no such profile to switch off${didYouMean(name, Object.keys(profiles))}`,
        at: "key",
      };
    }
    if (given === false) continue;
    if (!known && fieldsOf(given).count === undefined) {
      yield { path: [...here, "count"], message: "is missing (the profile is not among those of the whole file)" };
    }
    yield* checkProfile(here, { given: fieldsOf(given), whole: fieldsOf(merged[name]), inherited: known });
  }
}

interface Subject {
  /** What stands here. */
  readonly given: Fields;
  /** With what it is merged over. */
  readonly whole: Fields;
  readonly inherited?: boolean;
}

function* checkProfile(path: Path, { given, whole, inherited = false }: Subject): Iterable<Finding> {
  const name = String(path.at(-1));
  if (name === "__proto__") yield { path, message: "this name cannot be used", at: "key" };
  if (!PROFILE_NAME.test(name)) return;
  const standard = standardIntervals[name];
  if (standard !== undefined && given.every !== undefined) {
    yield { path: [...path, "every"], message: `${name} has its own interval; give the profile another name` };
  }
  if (standard === undefined && whole.every === undefined && !inherited) {
    const meant = didYouMean(name, Object.keys(standardIntervals));
    yield {
      path,
      message: `needs "every" (only ${Object.keys(standardIntervals).join(", ")} do without)${meant}`,
      at: "key",
    };
  }
  const interval = standard ?? parseDuration(textOf(whole.every) ?? "");
  const at = textOf(whole.at);
  if (at === undefined || interval === undefined) return;
  if (inherited && given.at === undefined && given.every === undefined) return;
  const slot = parseAt(at, interval);
  if ("problem" in slot) yield { path: [...path, "at"], message: slot.problem };
}
