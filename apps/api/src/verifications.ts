import { randomUUID } from "node:crypto";
import { BackurneError, describeError, type VerificationReport } from "@backurne/model";
import type { Backurne, VerifyOptions } from "backurne";

/** A verification of this process, as far as it is. */
export interface Verification {
  readonly id: string;
  readonly state: "running" | "ended" | "broken";
  /** ISO 8601 */
  readonly started: string;
  readonly images: { readonly planned: number; readonly compared: number };
  readonly report?: VerificationReport | undefined;
  /** Why it is broken. */
  readonly because?: string | undefined;
}

export interface Verifications {
  start(options: VerifyOptions): Verification;
  /** The newest first. */
  list(): readonly Verification[];
  /** @throws BackurneError `not-found` */
  find(id: string): Verification;
  cancel(id: string, by: string): Verification;
  close(because: string): Promise<void>;
}

/** So many are remembered. */
const KEPT = 20;

export function openVerifications(backurne: Pick<Backurne, "verify">, now: () => number): Verifications {
  const known = new Map<string, { is: Verification; readonly controller: AbortController; ended: Promise<void> }>();

  function find(id: string) {
    const found = known.get(id);
    if (!found)
      throw new BackurneError("not-found", "there is no such verification", { hint: "they end with the server" });
    return found;
  }

  return {
    start(options) {
      const busy = [...known.values()].some(({ is }) => is.state === "running");
      if (busy) throw new BackurneError("held", "a verification goes on here already", { hint: "wait for it" });
      const [id, controller] = [randomUUID(), new AbortController()];
      const started = new Date(now()).toISOString();
      const begun: Verification = { id, state: "running", started, images: { planned: 0, compared: 0 } };
      const entry = { is: begun, controller, ended: Promise.resolve() };
      const change = (news: Partial<Verification>): void => void (entry.is = { ...entry.is, ...news });
      entry.ended = backurne
        .verify({
          ...options,
          signal: controller.signal,
          onEvent(event) {
            const { images } = entry.is;
            if (event.kind === "planned") change({ images: { ...images, planned: event.images } });
            if (event.kind === "ended") change({ images: { ...images, compared: images.compared + 1 } });
          },
        })
        .then(
          (report) => change({ state: "ended", report }),
          (error: unknown) => change({ state: "broken", because: describeError(error) }),
        );
      known.set(id, entry);
      for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old);
      return begun;
    },
    list: () => [...known.values()].map(({ is }) => is).reverse(),
    find: (id) => find(id).is,
    cancel(id, by) {
      const { controller, is } = find(id);
      controller.abort(`stopped by ${by}`);
      return is;
    },
    async close(because) {
      for (const { controller } of known.values()) controller.abort(because);
      await Promise.all([...known.values()].map(({ ended }) => ended));
    },
  };
}
