import type { RunEvent } from "@backurne/model";
import { applyProgress, initialProgress, startTelling, viewProgress } from "@backurne/reports";
import type { Sink } from "@backurne/reports";
import { paintTold, renderLive } from "./render/live.ts";
import type { Look } from "./render/look.ts";
import { renderSummary } from "./render/summary.ts";
import { openScreen } from "./screen.ts";
import type { Screen } from "./screen.ts";
import type { Log } from "./log.ts";
import type { Output, World } from "./world.ts";

const EVERY = 200;

interface Scene {
  readonly world: World;
  readonly look: Look;
  readonly log: Log;
}

/** A terminal: progress at its foot, drawn five times a second; trouble above, for good. */
export function showLive(output: Output, { world, look, log }: Scene): Sink {
  const tell = startTelling();
  let progress = initialProgress;
  let screen: Screen | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const { columns, rows } = output.size();
    const view = viewProgress(progress, world.now());
    if (view.jobs.total > 0) screen?.draw(renderLive(view, { rows, look: { ...look, width: columns } }));
  };
  const open = () => {
    const opened = openScreen(output, world);
    log.divert(opened.print);
    timer = setInterval(draw, EVERY);
    return opened;
  };
  return {
    event(event) {
      screen ??= open();
      progress = applyProgress(progress, event);
      for (const { level, text } of tell(event))
        if (isForGood(event, level)) screen.print(`${paintTold(text, { level, look })}\n`);
    },
    end(report) {
      clearInterval(timer);
      log.divert(undefined);
      screen?.close();
      for (const line of renderSummary(report, look)) output.write(`${line}\n`);
    },
  };
}

/** What went well shows in the progress and needs no line. */
function isForGood({ kind }: RunEvent, level: string): boolean {
  return level !== "info" || kind === "run-started" || kind === "plan";
}
