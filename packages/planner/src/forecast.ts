import { forecastBackup, type Forecast } from "@backurne/retention";
import { chooseBase } from "./base.ts";
import type { ChainInput } from "./chain.ts";
import type { SnapshotFacts } from "./facts.ts";
import { backupPolicy, sharedOf, type Judged } from "./judge.ts";

/**
 * When each snapshot of a backup image goes if runs go on, in the order of the facts; and what this run's brakes, or somebody
 * who has it open, keep besides. A chain that the next backup does not continue has no course that could be told.
 */
export function forecastDisk(
  input: ChainInput,
  { judged, refused }: { readonly judged: Judged; readonly refused: string | undefined },
): readonly Forecast<SnapshotFacts>[] {
  const { chain } = input;
  if (!chain) return [];
  const halt = haltOf(input);
  const forecasts = forecastBackup(chain.snapshots, backupPolicy(input, sharedOf(input)));
  return forecasts.map((forecast, index) => {
    const { snapshot, expires } = forecast;
    if (!snapshot.ours) return forecast;
    const never = (because: string): Forecast<SnapshotFacts> => ({ snapshot, expires: undefined, because });
    if (halt !== undefined) return never(halt);
    if (expires !== undefined && snapshot.protected) return never("protected: it is mapped, or has clones");
    if (refused !== undefined && judged.backup[index]?.keep === false) return never(`refused: ${refused}`);
    return forecast;
  });
}

/** Why nobody can tell what becomes of any of them. */
function haltOf({ chain, disk, state, profiles }: ChainInput): string | undefined {
  if (chain?.marks.unreadable !== undefined) return "a mark of the image cannot be read: nothing of it is touched";
  if (state !== "present" || !disk || profiles.length === 0) return undefined;
  const base = chooseBase(disk, chain);
  return base.kind === "full" ? `the next backup starts a new generation: ${base.because}` : undefined;
}
