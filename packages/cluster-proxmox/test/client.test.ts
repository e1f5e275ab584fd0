import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { ProxmoxApi } from "@backurne/model";
import { describe, expect, it, onTestFinished } from "vitest";
import { openClient } from "../src/api.ts";
import { ProxmoxError } from "../src/error.ts";
import type { Times } from "../src/times.ts";
import { QUICK, serve, type Handler, type TestServer } from "./server.ts";

describe("an answer that is not good", () => {
  it.each([
    [400, "Parameter verification failed.", { vmid: "invalid format" }, /400 Parameter .*; vmid: invalid format/],
    [401, "authentication failure", undefined, /401 authentication failure/],
    [403, "Permission check failed (/vms/100, VM.Audit)", undefined, /403 Permission check failed/],
    [404, "", undefined, /404 Not Found|404 no reason given/],
    [500, "no such thing\n", undefined, /500 no such thing$/],
    [501, "Method 'GET /version' not implemented", undefined, /501 Method/],
  ])("of status %i is an error with Proxmox's own words", async (status, message, errors, shown) => {
    const { client } = await open(() => ({ status, message, ...(errors ? { errors } : {}) }));
    const error = await failure(client.routes().version.$get());
    expect(error).toMatchObject({ name: "ProxmoxError", code: "command", status });
    expect(error.message).toMatch(shown);
    expect(error.message).toMatch(/^GET \/version on 127\.0\.0\.1: /);
  });

  it("says the status line of old versions, whose body holds no message", async () => {
    const { client } = await open(() => (response) => {
      response.writeHead(500, "VM 100 not running");
      response.end('{"data":null}');
    });
    expect((await failure(client.routes().version.$get())).reason).toBe("VM 100 not running");
  });

  it.each([
    ["cut off", '{"data":{"version":"8.'],
    ["empty", ""],
    ["not JSON", "<html>hello</html>"],
    ["another JSON", '"data"'],
    ["without data", '{"success":1}'],
  ])("because it is %s is an error", async (_, body) => {
    const { client } = await open(() => (response) => response.end(body));
    expect((await failure(client.routes().version.$get())).message).toMatch(/not the JSON it should be/);
  });

  it("because its body ends before its length is an error", async () => {
    const { client } = await open(() => (response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"data":');
      response.socket?.end();
    });
    await failure(client.routes().version.$get());
  });

  it("shows no control characters", async () => {
    const { client } = await open(() => (response) => {
      response.writeHead(500);
      response.end(JSON.stringify({ message: "\u001b[2Jgone" }));
    });
    expect((await failure(client.routes().version.$get())).message).not.toContain("\u001b");
  });
});

describe("what may be repeated", () => {
  const DOWN: readonly [string, Handler][] = [
    ["502", () => ({ status: 502 })],
    ["503", () => ({ status: 503 })],
    ["504", () => ({ status: 504 })],
    ["595", () => ({ status: 595, message: "No route to host" })],
    ["596", () => ({ status: 596, message: "Broken pipe" })],
    ["a connection reset", () => (response) => response.socket?.destroy()],
    ["a cut answer", () => (response) => response.end('{"da')],
  ];

  it.each(DOWN)("GET: three times on %s, not more", async (_, handler) => {
    const { client, server } = await open(handler);
    await failure(client.routes().version.$get());
    expect(server.paths()).toEqual(["GET /version", "GET /version", "GET /version"]);
  });

  it.each(DOWN)("GET: good after one %s", async (_, handler) => {
    let first = true;
    const { client } = await open((request) => {
      if (!first) return { data: { version: "9.1" } };
      first = false;
      return handler(request);
    });
    expect(await client.routes().version.$get()).toEqual({ version: "9.1" });
  });

  it.each(DOWN)("POST: never, on %s", async (_, handler) => {
    const { client, server } = await open(handler);
    await failure(freeze(client));
    expect(server.paths()).toEqual(["POST /nodes/pve1/qemu/100/agent/fsfreeze-freeze"]);
  });

  it("nothing that Proxmox refused itself", async () => {
    const { client, server } = await open(() => ({ status: 500, message: "no" }));
    await failure(client.routes().version.$get());
    expect(server.seen).toHaveLength(1);
  });
});

describe("a deadline", () => {
  it("covers the headers", async () => {
    const { client, server } = await open(() => () => undefined);
    expect(await failure(client.routes({ deadline: 50 }).version.$get())).toMatchObject({ late: true });
    expect(server.seen).toHaveLength(1);
  });

  it("covers a body that comes in drops", async () => {
    const { client, server } = await open(() => (response) => {
      const timer = setInterval(() => response.write(" "), 5);
      response.once("close", () => clearInterval(timer));
    });
    const error = await failure(freeze(client, 100));
    expect(error.message).toMatch(/fsfreeze-freeze on .*no answer within 0.1 s/);
    expect(server.seen).toHaveLength(1);
  });

  it("is not what an abort of the caller is called", async () => {
    const stop = new AbortController();
    const { client } = await open(() => {
      stop.abort(new Error("stopped"));
      return () => undefined;
    });
    await expect(client.routes({ signal: stop.signal }).version.$get()).rejects.toThrow("stopped");
  });
});

describe("several hosts", () => {
  it("asks the next when one does not listen, and remembers who answered", async () => {
    const server = await started(() => ({ data: [] }));
    const gone = await started(() => ({ data: [] }));
    const client = opened(server.api({ hosts: [at(gone), at(server)] }));
    await client.routes().nodes.$get();
    await gone.close();
    await client.routes().nodes.$get();
    const back = await started(() => ({ data: [] }), gone.port);
    await client.routes().nodes.$get();
    expect([gone.seen.length, server.seen.length, back.seen.length]).toEqual([1, 2, 0]);
  });

  it("lets a POST go on when its connection could not be made", async () => {
    const server = await started(() => ({ data: { result: 1 } }));
    const client = opened(server.api({ hosts: [at({ port: await freePort() }), at(server)] }));
    expect(await freeze(client)).toEqual({ result: 1 });
    expect(server.seen).toHaveLength(1);
  });

  it("does not send a POST to the next when the first took it and said nothing", async () => {
    const first = await started(() => (response) => response.socket?.destroy());
    const second = await started(() => ({ data: { result: 1 } }));
    await failure(freeze(opened(first.api({ hosts: [at(first), at(second)] }))));
    expect([first.seen.length, second.seen.length]).toEqual([1, 0]);
  });

  it("asks the next when one takes the connection and never answers", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const server = await started(() => ({ data: [] }));
    const hosts = [at(silent.address() as AddressInfo), at(server)];
    expect(await opened(server.api({ hosts }), { connect: 100 }).routes().nodes.$get()).toEqual([]);
  });

  it("asks the next when one takes the request and never answers", async () => {
    const silent = await started(() => () => undefined);
    const server = await started(() => ({ data: [] }));
    const client = opened(server.api({ hosts: [at(silent), at(server)] }));
    expect(await client.routes({ deadline: 700 }).nodes.$get()).toEqual([]);
    expect([silent.seen.length, server.seen.length]).toEqual([1, 1]);
  });

  it("says why the last one failed when all do", async () => {
    const hosts = [at({ port: await freePort() }), at({ port: await freePort() })];
    const server = await started(() => ({ data: [] }));
    const error = await failure(opened(server.api({ hosts })).routes().nodes.$get());
    expect(error.message).toMatch(/^GET \/nodes on 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });
});

describe("what is sent", () => {
  it("encodes identifiers and values", async () => {
    const { client, server } = await open(() => ({ data: null }));
    const name = "a/b ?#%é";
    await client.routes().storage.$(name).$get();
    await client.routes().nodes.$("pve1").qemu.$(100).config.$get({ current: true });
    await client.routes().nodes.$("pve1").qemu.$(100).config.$post({ name: "x&y=z é", onboot: false });
    expect(server.seen.map(({ path, body }) => [path, body])).toEqual([
      ["/storage/a%2Fb%20%3F%23%25%C3%A9", ""],
      ["/nodes/pve1/qemu/100/config?current=1", ""],
      ["/nodes/pve1/qemu/100/config", "name=x%26y%3Dz+%C3%A9&onboot=0"],
    ]);
  });

  it.each(["", ".", ".."])("refuses %j as an identifier", async (name) => {
    const { client, server } = await open(() => ({ data: null }));
    await expect(client.routes().storage.$(name).$get()).rejects.toThrow(/not an identifier/);
    expect(server.seen).toHaveLength(0);
  });

  it("carries the token", async () => {
    const { client, server } = await open(() => ({ data: null }));
    await freeze(client);
    expect(server.seen[0]?.headers).toMatchObject({ authorization: "PVEAPIToken=root@pam!backurne=0000-token-secret" });
    expect(server.seen[0]?.headers).not.toHaveProperty("cookie");
  });
});

async function open(handler: Handler, times: Partial<Times> = {}) {
  const server = await started(handler);
  return { server, client: opened(server.api(), times) };
}

async function started(handler: Handler, port = 0): Promise<TestServer> {
  const server = await serve(handler, port);
  onTestFinished(() => server.close());
  return server;
}

/** Where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function at({ port }: { readonly port: number }): string {
  return `127.0.0.1:${port}`;
}

function opened(api: ProxmoxApi, times: Partial<Times> = {}) {
  const client = openClient(api, { ...QUICK, ...times });
  onTestFinished(() => client.close());
  return client;
}

function freeze(client: ReturnType<typeof openClient>, deadline?: number): Promise<unknown> {
  return client.routes({ deadline }).nodes.$("pve1").qemu.$(100).agent["fsfreeze-freeze"].$post();
}

async function failure(call: Promise<unknown>): Promise<ProxmoxError> {
  const error = await call.then(
    (value) => new Error(`it was answered: ${inspect(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ProxmoxError) return error;
  throw error;
}
