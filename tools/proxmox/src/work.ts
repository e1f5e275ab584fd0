import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "./agent.ts";
import { hang } from "./agent-routes.ts";
import { applyChange } from "./cluster.ts";
import { type Effect, type Faults, isDue } from "./faults.ts";
import { Refusal, wrongParameters } from "./refusal.ts";
import type { Asked, Matched } from "./route.ts";

/** What goes over the wire in the place of an error. */
export interface Worked {
  readonly data: unknown;
  readonly cut?: Extract<Effect, { do: "cut" }> | undefined;
}

/** Thrown to end the connection without a word. */
export class Dropped extends Error {}

/** Does what a request asks for, and what faults make of it. */
export async function work({ handler }: Matched, asked: Asked, faults: Faults): Promise<Worked> {
  checkParameters(asked.params, handler.params);
  const { route } = handler;
  const effects = faults.take({ route, node: asked.node, vmid: asked.vmid });
  const strikeAll = async (when: "before" | "after") => {
    let instead: Pick<Worked, "data"> | undefined;
    for (const effect of effects) if (isDue(effect, when)) instead = (await strike(effect, asked, route)) ?? instead;
    return instead;
  };
  const early = await strikeAll("before");
  if (early) return early;
  const data = await handler.answer(asked);
  for (const effect of effects) if (effect.do === "change") await applyChange(asked.cluster, effect.change);
  const late = await strikeAll("after");
  return { ...(late ?? { data }), cut: effects.find((effect) => effect.do === "cut") };
}

function checkParameters(params: Asked["params"], known: readonly string[]): void {
  const strange = Object.keys(params).filter((name) => !known.includes(name));
  if (strange.length === 0) return;
  const why = "property is not defined in schema and the schema does not allow additional properties";
  throw wrongParameters(Object.fromEntries(strange.map((name) => [name, why])));
}

/** Something to answer instead, or nothing; or it throws. */
async function strike(effect: Effect, asked: Asked, route: string): Promise<Pick<Worked, "data"> | undefined> {
  switch (effect.do) {
    case "wait":
      return void (await sleep(effect.ms, undefined, { signal: asked.signal, ref: false }));
    case "refuse":
      throw new Refusal(effect.status, effect.message, { bare: effect.status > 590 });
    case "complain":
      return { data: failure("GenericError", effect.desc) };
    case "drop":
      throw new Dropped();
    case "hang":
      return hang(asked, route.slice(route.lastIndexOf("/") + 1));
    default:
      return undefined;
  }
}
