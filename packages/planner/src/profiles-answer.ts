import type { AnsweredProfile, ProfilesAnswer, ProfileSettings } from "@backurne/model";
import { standardIntervals } from "@backurne/retention";

export interface Merged {
  readonly profiles: readonly ProfileSettings[];
  readonly switchedOff: boolean;
  readonly warnings: readonly string[];
}

/**
 * What the profiles API says, laid over what applies by configuration. It adds and raises; a count that is lower than
 * the configured one is held up with a warning, unless the configuration lets it lower.
 * @param configured every profile of the cluster, those too that apply only where they are named.
 */
export function mergeProfiles(
  configured: readonly ProfileSettings[],
  applying: readonly ProfileSettings[],
  { answer, mayLower }: { readonly answer: ProfilesAnswer; readonly mayLower: boolean },
): Merged {
  const warnings: string[] = [];
  const merged = new Map(applying.map((profile) => [profile.name, profile]));
  for (const [name, asked] of Object.entries(answer.profiles ?? {})) {
    const known = configured.find((profile) => profile.name === name) ?? unknownProfile(name, asked);
    if (!known) {
      warnings.push(
        `policies of its own: ${name} is not configured and has no interval: give it "every"; it is left out`,
      );
      continue;
    }
    const wanted = asked.count ?? known.count;
    if (wanted < known.count && !mayLower) {
      warnings.push(`policies of its own: ${name} keeps ${known.count}, as configured, and not ${wanted}`);
    }
    merged.set(name, {
      ...known,
      count: mayLower ? wanted : Math.max(wanted, known.count),
      maxOnLive: asked.maxOnLive ?? known.maxOnLive,
      priority: asked.priority ?? known.priority,
    });
  }
  return { profiles: [...merged.values()], switchedOff: answer.backup === false, warnings };
}

function unknownProfile(name: string, { interval, count }: AnsweredProfile): ProfileSettings | undefined {
  const every = Object.hasOwn(standardIntervals, name) ? standardIntervals[name] : interval;
  if (every === undefined || count === undefined) return undefined;
  return { name, interval: every, count, maxOnLive: 0, priority: "normal", default: true };
}
