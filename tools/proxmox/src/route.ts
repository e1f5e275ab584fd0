import type { Cluster } from "./cluster.ts";
import type { Door } from "./auth.ts";
import type { Times } from "./model.ts";
import type { Answer, Existing, Extra, Params, Route } from "./schema.ts";

/** What answers are made from. */
export interface Scene {
  readonly cluster: Cluster;
  readonly door: Door;
  readonly times: Times;
  /** Ends with the simulator. */
  readonly signal: AbortSignal;
}

/** A request that has been let in and whose parameters are the route's. */
export interface Asked<Name extends string = string> extends Scene {
  /** Empty without a node in the path; 0 without a guest. */
  readonly node: string;
  readonly vmid: number;
  readonly params: Readonly<Partial<Record<Name, string>>>;
  /** The node whose port was asked. */
  readonly here: string;
  readonly user: string | undefined;
}

export interface Handler<R extends string = string> {
  readonly route: R;
  readonly params: readonly string[];
  answer(asked: Asked): unknown;
}

/**
 * One route of Proxmox's: its parameters are those of the schema, its answer has the schema's shape. An answer with a
 * field too many asks for one more argument, which nobody can give.
 */
export function on<const R extends Route, const A extends Answer<R>>(
  route: R & Existing<R>,
  params: readonly Params<R>[],
  answer: (asked: Asked<Params<R>>) => A | Promise<A>,
  ...unknown: Extra<A, Answer<R>> extends never ? [] : [Extra<A, Answer<R>>, never]
): Handler<R> {
  void unknown;
  return { route, params, answer };
}

export interface Matched {
  readonly handler: Handler;
  readonly node: string;
  readonly vmid: number;
}

/** Finds the route of a path (`/nodes/pve1/qemu/100/config`). undefined: there is none. */
export function findRoute(handlers: readonly Handler[], method: string, path: string): Matched | undefined {
  const segments = path.split("/");
  for (const handler of handlers) {
    const [verb, template = ""] = handler.route.split(" ");
    const parts = template.split("/");
    if (verb !== method || parts.length !== segments.length) continue;
    if (!parts.every((part, i) => part.startsWith("{") || part === segments[i])) continue;
    const value = (name: string) => decodeURIComponent(segments[parts.indexOf(name)] ?? "");
    return { handler, node: value("{node}"), vmid: Number(value("{vmid}")) };
  }
  return undefined;
}
