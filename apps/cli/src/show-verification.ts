import type { VerificationEvent } from "@backurne/model";
import type { Look } from "./render/look.ts";
import { renderVerifying, type Verifying } from "./render/verification.ts";
import { openScreen, type Screen } from "./screen.ts";
import type { Output, World } from "./world.ts";

const EVERY = 200;

export interface Shown {
  event(event: VerificationEvent): void;
  /** A second call does nothing. */
  close(): void;
}

/** What is being compared, at the foot of a terminal; nothing anywhere else. */
export function showVerification(output: Output, { world, look }: { world: World; look: Look }): Shown {
  if (!output.isTerminal) return { event: () => undefined, close: () => undefined };
  let state: Verifying = { total: 0, ended: 0, different: 0, running: new Map() };
  let screen: Screen | undefined;
  const timer = setInterval(() => {
    const { columns, rows } = output.size();
    screen ??= openScreen(output, world);
    screen.draw(renderVerifying(state, { rows, look: { ...look, width: columns } }));
  }, EVERY);
  return {
    event: (event) => void (state = follow(state, event)),
    close() {
      clearInterval(timer);
      screen?.close();
      screen = undefined;
    },
  };
}

function follow(state: Verifying, event: VerificationEvent): Verifying {
  const running = new Map(state.running);
  switch (event.kind) {
    case "planned":
      return { ...state, total: event.images };
    case "started":
      running.set(event.image, { image: event.image, reference: event.reference, bytes: 0, expected: event.expected });
      return { ...state, running };
    case "progress": {
      const known = running.get(event.image);
      if (known) running.set(event.image, { ...known, bytes: event.bytes });
      return { ...state, running };
    }
    case "ended": {
      const { image, outcome } = event.result;
      running.delete(image);
      const different = state.different + Number(outcome === "different");
      return { ...state, running, different, ended: state.ended + 1 };
    }
  }
}
