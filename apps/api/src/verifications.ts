import { randomUUID } from "node:crypto";
import { BackurneError, describeError, type VerificationEvent, type VerificationReport } from "@backurne/model";
import type { Backurne, VerifyOptions } from "backurne";
import { followFeed, openBell, type Feed, type Told } from "./feed.ts";

/** A verification of this process, as far as it is. */
export interface Verification {
  readonly id: string;
  readonly state: "running" | "ended" | "broken";
  /** ISO 8601 */
  readonly started: string;
  readonly images: { readonly planned: number; readonly compared: number; readonly different: number };
  /** Those that are being read now. */
  readonly comparing: readonly Comparing[];
  readonly report?: VerificationReport | undefined;
  /** Why it is broken. */
  readonly because?: string | undefined;
}

/** Bytes of one side. */
export interface Comparing {
  readonly image: string;
  readonly reference: string;
  readonly bytes: number;
  readonly expected?: number | undefined;
}

/** Of the progress only where it stands is of interest. */
type Said = Exclude<VerificationEvent, { readonly kind: "progress" }>;

/** What whoever follows one is told: at its end all of it, whatever came of it. */
export type ToldOfVerification = Told<Said, Verification, Verification>;

export interface Verifications {
  start(options: VerifyOptions): Verification;
  /** The newest first. */
  list(): readonly Verification[];
  /** @throws BackurneError `not-found` */
  find(id: string): Verification;
  cancel(id: string, by: string): Verification;
  /** From event number `from` on, to its end. @throws BackurneError `not-found` */
  follow(id: string, from: number, signal: AbortSignal): AsyncGenerator<ToldOfVerification>;
  close(because: string): Promise<void>;
}

/** So many are remembered. */
const KEPT = 20;

interface Known {
  readonly live: Live;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export function openVerifications(backurne: Pick<Backurne, "verify">, now: () => number): Verifications {
  const known = new Map<string, Known>();

  function find(id: string): Known {
    const found = known.get(id);
    if (!found)
      throw new BackurneError("not-found", "there is no such verification", { hint: "they end with the server" });
    return found;
  }

  return {
    start(options) {
      const busy = [...known.values()].some(({ live }) => live.report === undefined);
      if (busy) throw new BackurneError("held", "a verification goes on here already", { hint: "wait for it" });
      const [id, controller] = [randomUUID(), new AbortController()];
      const live = openLive(id, new Date(now()).toISOString());
      const begun = live.progress();
      const ended = backurne.verify({ ...options, signal: controller.signal, onEvent: live.event }).then(
        (report) => live.end({ state: "ended", report }),
        (error: unknown) => live.end({ state: "broken", because: describeError(error) }),
      );
      known.set(id, { live, controller, ended });
      for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old);
      return begun;
    },
    list: () => [...known.values()].map(({ live }) => live.progress()).reverse(),
    find: (id) => find(id).live.progress(),
    cancel(id, by) {
      const { controller, live } = find(id);
      controller.abort(`stopped by ${by}`);
      return live.progress();
    },
    follow: (id, from, signal) => followFeed(find(id).live, from, signal),
    async close(because) {
      for (const { controller } of known.values()) controller.abort(because);
      await Promise.all([...known.values()].map(({ ended }) => ended));
    },
  };
}

type End = Pick<Verification, "state" | "report" | "because">;

type Live = Feed<Said, Verification, Verification> & {
  event(event: VerificationEvent): void;
  end(end: End): void;
};

function openLive(id: string, started: string): Live {
  const images = { planned: 0, compared: 0, different: 0 };
  const comparing = new Map<string, Comparing>();
  const events: Said[] = [];
  const bell = openBell();
  let end: End = { state: "running" };
  let beat = 0;
  const view = (): Verification => ({ id, started, images: { ...images }, comparing: [...comparing.values()], ...end });
  return {
    events,
    get report() {
      return end.state === "running" ? undefined : view();
    },
    get beat() {
      return beat;
    },
    event(event) {
      beat += 1;
      if (event.kind === "progress") {
        const one = comparing.get(event.image);
        if (one) comparing.set(event.image, { ...one, bytes: event.bytes });
        return;
      }
      if (event.kind === "planned") images.planned = event.images;
      if (event.kind === "started") {
        const { image, reference, expected } = event;
        comparing.set(image, { image, reference, bytes: 0, ...(expected !== undefined && { expected }) });
      }
      if (event.kind === "ended") {
        comparing.delete(event.result.image);
        images.compared += 1;
        images.different += Number(event.result.outcome === "different");
      }
      events.push(event);
      bell.ring();
    },
    end(given) {
      comparing.clear();
      end = given;
      bell.ring();
    },
    progress: view,
    wait: bell.wait,
  };
}
