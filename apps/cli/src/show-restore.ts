import type { RestoreEvent } from "@backurne/model";
import { printable } from "@backurne/model";
import { applyProgress, formatClock, formatUtcClock, initialProgress, viewProgress } from "@backurne/reports";
import { paintTold, renderTransfer } from "./render/live.ts";
import type { Look } from "./render/look.ts";
import { shortenEnd } from "./render/width.ts";
import { openScreen } from "./screen.ts";
import type { Screen } from "./screen.ts";
import type { Output, World } from "./world.ts";

const EVERY = 200;

export interface RestoreShow {
  event(event: RestoreEvent): void;
  /** A second call does nothing. */
  close(): void;
}

/** One line that moves on a terminal; elsewhere a line for each thing worth one. */
export function showRestore(output: Output, { world, look }: { world: World; look: Look }): RestoreShow {
  let progress = initialProgress;
  let verifying: number | undefined;
  let screen: Screen | undefined;
  let timer: NodeJS.Timeout | undefined;

  function draw(): void {
    const { columns } = output.size();
    const [transfer] = viewProgress(progress, world.now()).transfers;
    if (verifying !== undefined) screen?.draw([` verifying by hash  ${formatClock(world.now() - verifying)}`]);
    else if (transfer) screen?.draw([shortenEnd(renderTransfer(transfer, { ...look, width: columns }), columns - 1)]);
  }

  function print(at: string, { level, text }: { level: string; text: string }): void {
    const line = paintTold(printable(text), { level, look });
    if (screen) screen.print(`${line}\n`);
    else output.write(`${output.isTerminal ? "" : `${formatUtcClock(at)} `}${line}\n`);
  }

  return {
    event(event) {
      if (output.isTerminal && !screen) {
        screen = openScreen(output, world);
        timer = setInterval(draw, EVERY);
      }
      if (event.kind === "verifying") verifying = Date.parse(event.at);
      else progress = applyProgress(progress, event);
      const told = tell(event);
      if (told && (!screen || told.level !== "info")) print(event.at, told);
    },
    close() {
      clearInterval(timer);
      screen?.close();
      screen = undefined;
    },
  };
}

function tell(event: RestoreEvent): { readonly level: string; readonly text: string } | undefined {
  switch (event.kind) {
    case "warning":
      return { level: "warn", text: `WARN ${event.about}  ${event.message}` };
    case "transfer-started":
      return { level: "info", text: "sending" };
    case "verifying":
      return { level: "info", text: "sent; verifying by hash" };
    default:
      return undefined;
  }
}
