import type { Proxmox } from "proxmox-api";

/**
 * Proxmox's own description of its API, looked up by the text of a route: `GET /nodes/{node}/qemu/{vmid}/config`.
 * What is written wrong here, in a route, a field or a type, does not compile.
 */
export type Route = string & `${Method} /${string}`;

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The names of a route's parameters. */
export type Params<R extends Route> = Parameters<Call<R>> extends [] ? never : keyof Known<Arg<Call<R>>> & string;

/** What `data` holds in the answer to a route. */
export type Answer<R extends Route> = R extends keyof Unnamed
  ? Extend<Wire<Awaited<ReturnType<Call<R>>>>, Unnamed[R]>
  : Wire<Awaited<ReturnType<Call<R>>>>;

/** The route as it stands; never, when the schema has no such route. */
export type Existing<R extends Route> = [Walk<R>] extends [never] ? never : R;

/** The fields of an answer that the schema does not have. */
export type Extra<A, Schema> = A extends readonly (infer Item)[]
  ? Extra<Item, Schema extends readonly (infer Row)[] ? Row : never>
  : A extends object
    ? Exclude<keyof A, keyof Schema>
    : never;

/** The storage settings that Proxmox takes, and lists again; it never lists a secret. */
type Storage = Omit<Wire<Arg<Call<"POST /storage">>>, "password" | "keyring">;

/** What Proxmox answers and the schema leaves open. */
interface Unnamed {
  "GET /cluster/resources": { tags?: string; lock?: string; template?: 0 | 1 };
  "GET /storage": Storage & { digest: string; shared?: 0 | 1 };
  "GET /nodes": { id: string; type: string; disk?: number; maxdisk?: number };
  "GET /nodes/{node}/qemu/{vmid}/config": { [disk in `${Bus}${number}`]?: string };
  "GET /nodes/{node}/lxc/{vmid}/config": { [mount in `mp${number}`]?: string };
  "GET /nodes/{node}/qemu/{vmid}/status/current": { cpu: number; template?: 0 | 1 };
  "GET /nodes/{node}/lxc/{vmid}/status/current": { type: "lxc"; cpu: number; template?: 0 | 1 };
  "GET /access/permissions": { [path: string]: { [privilege: string]: 0 | 1 } };
  "POST /nodes/{node}/qemu/{vmid}/agent/ping": AgentAnswer<Record<string, never>>;
  "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze": AgentAnswer<number>;
  "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw": AgentAnswer<number>;
  "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status": AgentAnswer<"frozen" | "thawed">;
}

type Bus = "scsi" | "virtio" | "sata" | "ide";

/** What the agent refuses comes with status 200 too: Proxmox hands its error through. */
export interface AgentAnswer<T> {
  result: T | { error: { class: string; desc: string } };
}

/** Booleans travel as 0 and 1; what may be anything may be nothing, until it is named. */
type Wire<T> =
  IsAny<T> extends true
    ? unknown
    : T extends boolean
      ? 0 | 1
      : T extends readonly (infer Item)[]
        ? readonly Wire<Item>[]
        : T extends object
          ? { [K in keyof Known<T>]: Wire<Known<T>[K]> }
          : T;

type Extend<T, More> = T extends readonly (infer Item)[] ? readonly (Item & More)[] : T & More;

/** Without the index signature that lets every mistake pass. */
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

type IsAny<T> = 0 extends 1 & T ? true : false;

type Arg<C extends (...args: never[]) => unknown> = NonNullable<Parameters<C>[0]>;

type Call<R extends Route> = Walk<R> extends infer C extends (...args: never[]) => unknown ? C : never;

/** The schema is a tree of path segments; `$(id)` stands for an identifier, `$get` for the call itself. */
type Walk<R extends Route> = R extends `${infer M extends Method} /${infer Path}`
  ? Step<Proxmox.Api, Path> extends infer Node
    ? `$${Lowercase<M>}` extends keyof Node
      ? Node[`$${Lowercase<M>}`]
      : never
    : never
  : never;

type Step<Node, Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? Step<Child<Node, Segment>, Rest>
  : Child<Node, Path>;

type Child<Node, Segment extends string> = Segment extends `{${string}}`
  ? Node extends { $(id: infer _Id): infer Next }
    ? Next
    : never
  : Segment extends keyof Node
    ? Node[Segment]
    : never;
