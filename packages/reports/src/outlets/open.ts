import type { RunReport, Settings } from "@backurne/model";
import { notify, type NotifyTools } from "./notify.ts";
import { joinOutlets, type Outlet, type Untold } from "./outlet.ts";
import { reportTime } from "./report-time.ts";

/** Whoever the configuration names is told of a run: of each transfer's time, and at its end of what is wrong. */
export function openOutlets({ reportTime: where, notify: told }: Settings, tools: NotifyTools): Outlet {
  return joinOutlets([
    ...(where ? [reportTime(where, tools.run)] : []),
    ...(told ? [notifyAtEnd((report) => notify(told, { report }, tools))] : []),
  ]);
}

function notifyAtEnd(tell: (report: RunReport) => Promise<readonly Untold[]>): Outlet {
  let telling: ReturnType<typeof tell> | undefined;
  return {
    event: () => undefined,
    end: (report) => void (telling = tell(report)),
    settle: async () => [],
    close: async () => (await telling) ?? [],
  };
}
