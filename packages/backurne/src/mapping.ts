import { whileThereIsRoom, type RoomWatch } from "@backurne/engine";
import type { Executor } from "@backurne/exec";
import { openMapper, type Mapper } from "@backurne/mapper";
import type { Settings } from "@backurne/model";

/** Where backups are mounted that somebody looks into. */
const RUN_DIR = "/run/backurne";

interface Tools {
  readonly executor: Executor;
  readonly env: Readonly<Record<string, string>>;
  readonly host: string;
  readonly now: () => number;
  readonly roomWatch: RoomWatch;
}

export function mapperOf({ backup, stateDir }: Settings, { executor, env, host, now, roomWatch }: Tools): Mapper {
  const by = env["SUDO_USER"] ?? "root"; // nobody else can
  return openMapper({
    executor,
    address: backup,
    stateDir,
    runDir: RUN_DIR,
    host,
    by,
    now,
    whileThereIsRoom: (work) => whileThereIsRoom(roomWatch, work),
  });
}
