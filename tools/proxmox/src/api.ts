import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults } from "./faults.ts";
import type { Entry, Journal } from "./journal.ts";
import { readParameters } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import { findRoute, type Scene } from "./route.ts";
import { HANDLERS, noSuchRoute, OPEN } from "./routes.ts";
import { Dropped, work, type Worked } from "./work.ts";

const PREFIX = "/api2/json";

export interface Service extends Scene {
  readonly journal: Journal;
  readonly faults: Faults;
}

/** Answers one request that came in at the port of the node `here`. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { here, service }: { readonly here: string; readonly service: Service },
): Promise<void> {
  const { method = "", url = "" } = request;
  const [whole = ""] = url.split("?");
  const path = whole.startsWith(PREFIX) ? whole.slice(PREFIX.length) : whole;
  const entry = service.journal.openRequest({ node: here, method, path, params: {} });
  response.once("close", () => entry.close());
  try {
    if (path === whole) throw new Refusal(404, `no such file '${path}'`, { bare: true });
    send(response, entry, await serve(request, entry, { here, service, path }));
  } catch (error) {
    if (error instanceof Dropped || service.signal.aborted) request.socket.destroy();
    else refuse(response, entry, error);
  }
}

interface Place {
  readonly here: string;
  readonly service: Service;
  readonly path: string;
}

async function serve(request: IncomingMessage, entry: Entry, { here, service, path }: Place): Promise<Worked> {
  const { method = "" } = request;
  const matched = findRoute(HANDLERS, method, path);
  if (matched) entry.note({ route: matched.handler.route });
  const params = await readParameters(request);
  entry.note({ params });
  const open = OPEN.includes(matched?.handler.route ?? "");
  const user = open ? undefined : service.door.identify(request.headers, method);
  if (user !== undefined) entry.note({ user });
  if (!matched) throw noSuchRoute(method, path);
  const { node, vmid } = matched;
  return work(matched, { ...service, node, vmid, params, here, user }, service.faults);
}

const HEADERS = { "cache-control": "max-age=0", pragma: "no-cache", server: "pve-api-daemon/3.0" };
const JSON_TYPE = { "content-type": "application/json;charset=UTF-8" };

function send(response: ServerResponse, entry: Entry, { data, cut }: Worked): void {
  entry.note({ status: 200 });
  const body = Buffer.from(JSON.stringify({ data }));
  const sent = cut ? body.subarray(0, cut.bytes ?? body.length / 2) : body;
  const length = cut && !cut.tidy ? body.length : sent.length;
  response.writeHead(200, "OK", { ...HEADERS, ...JSON_TYPE, "content-length": length });
  if (length === sent.length) response.end(sent);
  else response.write(sent, () => response.socket?.destroy());
}

/** The first line of what is wrong stands in the status line; and Proxmox closes the connection after every error. */
function refuse(response: ServerResponse, entry: Entry, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const { status, errors, bare } = error instanceof Refusal ? error : new Refusal(500, message);
  entry.note({ status });
  // Perl writes UTF-8 into the status line; to Node each of its bytes is a character.
  const line = Buffer.from(message.split("\n")[0] ?? "").toString("latin1");
  const headers = { ...HEADERS, connection: "close" };
  if (bare) response.writeHead(status, line, headers).end();
  else {
    const body = JSON.stringify({ data: null, message: `${message}\n`, errors });
    response.writeHead(status, line, { ...headers, ...JSON_TYPE }).end(body);
  }
}
