import { setTimeout as sleep } from "node:timers/promises";
import type { ProxmoxApi } from "@backurne/model";
import type { Dispatcher } from "undici";
import { ProxmoxError } from "./error.ts";
import { type Endpoint, type Hosts, openHosts } from "./hosts.ts";
import { type Login, openLogin } from "./login.ts";
import { encodePath, encodeValues, type Values } from "./route.ts";
import { type Message, sendOnce } from "./send.ts";
import type { Times } from "./times.ts";

/** A request as proxmox-api's proxy gives it. */
export interface Call {
  readonly method: string;
  /** `/api2/json/nodes/pve1/qemu`, identifiers as they are. */
  readonly path: string;
  /** The same with `*` for each identifier. */
  readonly template: string;
  readonly params?: Values | undefined;
}

export interface CallOptions {
  /** ms for one try. */
  readonly deadline?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Carries calls to whichever host answers. What may not be repeated is sent at most once. */
export interface Engine {
  call(call: Call, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

/** Tries of a request that may be repeated; with more hosts, one for each. */
const TRIES = 3;
const PREFIX = "/api2/json";

export function openEngine(api: ProxmoxApi, times: Times, now: () => number = () => performance.now()): Engine {
  const hosts = openHosts(api, times.connect);
  const login = openLogin(api.login, {
    now,
    lifetime: times.ticket,
    askTicket: (form) => {
      const method = "POST";
      const path = `${PREFIX}/access/ticket`;
      const body = encodeValues(form);
      const message = { method, path, template: "/access/ticket", form: body, pass: undefined } as const;
      // A second ticket does no harm, so another host may be asked for one; a wrong password is not tried again.
      const whole = {
        ...message,
        deadline: times.request,
        signal: undefined,
        scrub: (text: string) => login.scrub(text),
      };
      return tryHosts({ hosts, times, repeatable: true }, (endpoint) => sendOnce(whole, endpoint));
    },
  });

  return {
    async call(call, options = {}) {
      const message = compose(call, login, { deadline: options.deadline ?? times.request, signal: options.signal });
      const repeatable = message.method === "GET";
      const pass = await login.headers(message.method);
      try {
        return await tryHosts({ hosts, times, repeatable, signal: options.signal }, (endpoint) =>
          sendOnce({ ...message, pass }, endpoint),
        );
      } catch (error) {
        // Refused at the door: nothing was done, so this is no repetition.
        if (!(error instanceof ProxmoxError) || error.status !== 401 || !login.renew(pass)) throw error;
        const fresh = await login.headers(message.method);
        return tryHosts({ hosts, times, repeatable, signal: options.signal }, (endpoint) =>
          sendOnce({ ...message, pass: fresh }, endpoint),
        );
      }
    },
    close: () => hosts.close(),
  };
}

function compose(call: Call, login: Login, options: Pick<Message, "deadline" | "signal">): Message {
  const method = call.method.toUpperCase() as Dispatcher.HttpMethod;
  const values = encodeValues(call.params ?? {});
  const path = encodePath(call.path, call.template);
  const inQuery = method === "GET" || method === "DELETE";
  return {
    ...options,
    method,
    path: inQuery && values !== "" ? `${path}?${values}` : path,
    form: inQuery ? undefined : values,
    template: call.template.replace(PREFIX, ""),
    pass: undefined,
    scrub: (text) => login.scrub(text),
  };
}

interface Tries {
  readonly hosts: Hosts;
  readonly times: Times;
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

async function tryHosts({ hosts, times, repeatable, signal }: Tries, send: (endpoint: Endpoint) => Promise<unknown>) {
  const order = hosts.order();
  const tries = repeatable ? Math.max(TRIES, order.length) : order.length;
  let told: ProxmoxError | undefined;
  for (let tried = 1; ; tried++) {
    const endpoint = order[(tried - 1) % order.length] as Endpoint;
    try {
      const data = await send(endpoint);
      hosts.praise(endpoint);
      return data;
    } catch (error) {
      // What a host has answered says more than that another one does not answer.
      if (error instanceof ProxmoxError && error.status !== undefined) told = error;
      if (tried >= tries || !mayTryAgain(error, { repeatable, hostsLeft: tried < order.length })) throw told ?? error;
      if (tried >= order.length) await sleep(times.retryPause * tried, undefined, { signal });
    }
  }
}

/** Statuses of a gateway: the first three are everybody's, the others Proxmox's for a connection between two nodes. */
const PASSING = new Set([502, 503, 504, 595, 596, 597, 599]);

function mayTryAgain(error: unknown, { repeatable, hostsLeft }: { repeatable: boolean; hostsLeft: boolean }): boolean {
  if (!(error instanceof ProxmoxError)) return false;
  if (error.unsent && hostsLeft) return true;
  if (!repeatable) return false;
  if (error.late) return hostsLeft; // the same host would make us wait as long again
  return error.status === undefined || PASSING.has(error.status);
}
