import { shareRoom, type RoomWatch } from "@backurne/engine";
import type { Executor } from "@backurne/exec";
import type { Settings } from "@backurne/model";
import { readRoom } from "@backurne/rbd";

/** ms; a monitor that is gone makes rbd wait for ever. */
export const PATIENCE = 300_000;
/** ms; a backup pool that is full makes whoever writes wait for ever. */
const SILENCE = 20_000;

/** Whether the backup pool takes writes. `silence`: ms without a byte after which it is asked. */
export function watchRoom({ backup }: Settings, tools: { executor: Executor; silence: number | undefined }): RoomWatch {
  const { executor, silence = SILENCE } = tools;
  return {
    pool: backup.pool,
    every: silence,
    ask: shareRoom(() =>
      readRoom({
        address: backup,
        run: (command, _lane, input) => executor.run([command], { timeout: PATIENCE, input }),
      }),
    ),
  };
}
