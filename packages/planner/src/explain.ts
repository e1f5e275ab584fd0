import { describeSuspect, holdOfChain, shortName, type ExplainedSnapshot, type Explanation } from "@backurne/model";
import { formatInstant, type Forecast, type Verdict } from "@backurne/retention";
import { sharedSnapshots } from "./base.ts";
import { planChain, planRemovals } from "./chain.ts";
import type { SnapshotFacts } from "./facts.ts";
import { forecastDisk } from "./forecast.ts";
import { judgeDisk } from "./judge.ts";
import type { Candidate } from "./run.ts";

/** The verdict on each snapshot of one disk as things stand, both sides, with its reason; of the backups also when they will go. */
export function explainDisk({ input, state }: Candidate): Explanation {
  const { chain, disk, subject } = input;
  const judged = judgeDisk(input);
  const { refused } = planRemovals(input, judged);
  const forecasts = forecastDisk(input, { judged, refused: refused?.because });
  const bases = new Set(disk && chain ? sharedSnapshots(disk, chain).map((shared) => shared.target) : []);
  return {
    version: 1,
    kind: "explanation",
    reference: shortName(subject),
    image: subject.image,
    state: state.state,
    policy: input.profiles.map(({ name, count, maxOnLive }) => ({ profile: name, count, maxOnLive })),
    from: state.because,
    next: planChain(input).next.map(({ profile, due }) => ({
      profile,
      at: formatInstant(due.next),
      because: due.because,
    })),
    snapshots: [
      ...judged.backup.map((verdict, index) => ({
        ...line("backup", verdict, bases),
        ...expiry(forecasts[index]),
      })),
      ...judged.live.map((verdict) => line("live", verdict, bases)),
    ],
    refused: refused ? [refused.because] : [],
    ...(chain?.marks.suspect === undefined ? {} : { suspect: describeSuspect(chain.marks.suspect) }),
    hold: chain && holdOfChain(chain.marks, input.now),
    alarm: chain?.marks.alarm,
    lastCopyUntil: judged.lastCopyEnds === undefined ? undefined : formatInstant(judged.lastCopyEnds),
  };
}

/** Of what is ours. */
function expiry(forecast: Forecast<SnapshotFacts> | undefined): Pick<ExplainedSnapshot, "expires" | "expiresBecause"> {
  if (!forecast?.snapshot.ours) return {};
  const { expires, because } = forecast;
  return { ...(expires !== undefined && { expires: formatInstant(expires) }), expiresBecause: because };
}

function line(
  side: "live" | "backup",
  { snapshot, keep, because }: Verdict<SnapshotFacts>,
  shared: ReadonlySet<string>,
): ExplainedSnapshot {
  const verdict = !snapshot.ours ? "ignore" : keep ? "keep" : "remove";
  const also =
    side === "backup" && shared.has(snapshot.name) && !because.includes("shared") ? "; shared with live" : "";
  return {
    side,
    name: snapshot.name,
    time: snapshot.ours && new Date(snapshot.ours.time).toISOString(),
    profile: snapshot.ours?.profile,
    verdict,
    because: because + also,
  };
}
