import { inspect } from "node:util";
import type { ProxmoxApi } from "@backurne/model";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { openClient } from "../src/api.ts";
import { openEngine } from "../src/engine.ts";
import { ProxmoxError } from "../src/error.ts";
import { Secret } from "../src/secret.ts";
import { QUICK, serve, type Handler } from "./server.ts";

const PASSWORD = "pass&word=%7! é";
const LOGIN = { user: "root@pam", password: PASSWORD };

describe("a login with a password", () => {
  it("gets one ticket for all who ask together, and sends the CSRF token only with what changes something", async () => {
    const { client, server } = await open(tickets());
    const { routes } = client;
    await Promise.all([routes().version.$get(), routes().nodes.$get(), stop(client)]);
    expect(server.paths().filter((path) => path === "POST /access/ticket")).toHaveLength(1);
    expect(new URLSearchParams(server.seen[0]?.body)).toEqual(
      new URLSearchParams({ username: "root@pam", password: PASSWORD }),
    );
    expect(server.seen[0]?.headers).not.toHaveProperty("cookie");
    for (const { headers, method } of server.seen.slice(1)) {
      expect(headers.cookie).toBe("PVEAuthCookie=PVE:root@pam:1::c2lnbg==");
      expect(headers.csrfpreventiontoken).toBe(method === "GET" ? undefined : "csrf-1");
    }
  });

  it("renews a ticket that is older than an hour and a half, before it is refused", async () => {
    let now = 0;
    const server = await serve(tickets());
    onTestFinished(() => server.close());
    const engine = openEngine(server.api({ login: LOGIN }), QUICK, () => now);
    onTestFinished(() => engine.close());
    const ask = () => engine.call({ method: "GET", path: "/api2/json/version", template: "/api2/json/version" });
    await ask();
    now = 90 * 60_000;
    await ask();
    now += 1;
    await Promise.all([ask(), ask()]);
    expect(server.paths()).toEqual([
      "POST /access/ticket",
      "GET /version",
      "GET /version",
      "POST /access/ticket",
      "GET /version",
      "GET /version",
    ]);
  });

  it.each(["GET", "POST"])("logs in again, once, when a %s is refused with 401", async (method) => {
    const { client, server } = await open(tickets({ refuse: new Set(["PVE:root@pam:1::c2lnbg=="]) }));
    await (method === "GET" ? client.routes().version.$get() : stop(client));
    const asked = server.paths().filter((path) => !path.endsWith("ticket"));
    expect(asked).toHaveLength(2);
    expect(server.seen.at(-1)?.headers.cookie).toContain("PVE:root@pam:2:");
  });

  it("does not ask for ever where every ticket is refused", async () => {
    const { client, server } = await open((request) =>
      request.path === "/access/ticket"
        ? ticket(1)
        : { status: 401, message: "permission denied - invalid PVE ticket" },
    );
    await expect(stop(client)).rejects.toThrow(/401 permission denied/);
    expect(server.seen).toHaveLength(4);
  });

  it("tries a wrong password once: servers lock users out", async () => {
    const { client, server } = await open(() => ({ status: 401, message: "authentication failure" }));
    await expect(client.routes().version.$get()).rejects.toThrow(
      /POST \/access\/ticket on .*401 authentication failure/,
    );
    expect(server.seen).toHaveLength(1);
    await expect(client.routes().version.$get()).rejects.toThrow(/401/);
  });

  it("says what to do where a second factor is asked for", async () => {
    const { client } = await open(() => ({ data: { ticket: "PVE:!tfa!x", NeedTFA: 1, username: "root@pam" } }));
    await expect(client.routes().version.$get()).rejects.toMatchObject({ hint: "use an API token" });
  });
});

describe("secrets", () => {
  const TICKET = ["PVE:root@pam:1::c2lnbg==", "csrf-1"];
  const KINDS = {
    password: { login: LOGIN, secrets: [PASSWORD, ...TICKET] },
    token: { login: { tokenId: "root@pam!b", tokenSecret: "5f1c9d5e-secret" }, secrets: ["5f1c9d5e-secret"] },
  };
  /** A server that repeats what it was told. */
  const TELLTALES: Readonly<Record<string, (secrets: string) => ReturnType<Handler>>> = {
    "401": (secrets) => ({ status: 401, message: `bad ${secrets}` }),
    "500": (secrets) => ({ status: 500, message: `no, ${secrets} is wrong` }),
    "400": (secrets) => ({ status: 400, message: "no", errors: { password: secrets } }),
    "a cut answer": (secrets) => (response) => response.end(`{"data":{"ticket":"${secrets}`),
    "no answer": () => (response) => response.socket?.destroy(),
    silence: () => () => undefined,
  };

  it.each(
    Object.keys(TELLTALES).flatMap((name) => [
      { name, kind: "password", atLogin: true } as const,
      { name, kind: "password", atLogin: false } as const,
      { name, kind: "token", atLogin: false } as const,
    ]),
  )("are in no error: $name, by $kind, at the login: $atLogin", async ({ name, kind, atLogin }) => {
    const { login, secrets } = KINDS[kind];
    const { client } = await open(
      ({ path }) =>
        path === "/access/ticket" && !atLogin
          ? ticket(1)
          : TELLTALES[name]!((atLogin ? [PASSWORD] : secrets).join(" ")),
      { login },
    );
    const error: unknown = await stop(client).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ProxmoxError);
    const shown = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), (error as Error).stack];
    for (const secret of [...secrets, ...secrets.map(encodeURIComponent)]) expect(shown.join()).not.toContain(secret);
  });

  it("are not in the error about an odd ticket", async () => {
    const { client } = await open(() => ({ data: { ticket: 7, password: PASSWORD } }));
    const error: unknown = await stop(client).catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 10 })).toMatch(/no ticket came/);
    expect(inspect(error, { depth: 10 })).not.toContain(PASSWORD);
  });

  it("are not seen in what holds them", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4 }).filter((text) => !"Secret {}***".includes(text)),
        (text) => {
          const holder = { nested: { secret: new Secret(text) } };
          const shown = [
            inspect(holder, { depth: 10, showHidden: true }),
            JSON.stringify(holder),
            String(holder.nested.secret),
          ];
          for (const one of shown) expect(one).not.toContain(text);
          expect(new Secret(text).scrub(`<${text}>${encodeURIComponent(text)}`)).not.toContain(text);
        },
      ),
    );
  });

  it("are taken out of what others say in each of their spellings", () => {
    const secret = new Secret('a"b c');
    expect(secret.scrub('1 a"b c 2 a%22b%20c 3 {"x":"a\\"b c"}')).toBe('1 *** 2 *** 3 {"x":"***"}');
    expect(new Secret("").scrub("unchanged")).toBe("unchanged");
  });
});

function ticket(count: number) {
  return {
    data: { ticket: `PVE:root@pam:${count}::c2lnbg==`, CSRFPreventionToken: `csrf-${count}`, username: "root@pam" },
  };
}

/** Gives tickets 1, 2, … and refuses those named. */
function tickets({ refuse = new Set<string>() } = {}): Handler {
  let count = 0;
  return ({ path, headers }) => {
    if (path === "/access/ticket") return ticket(++count);
    const used = String(headers.cookie).replace("PVEAuthCookie=", "");
    return refuse.has(used) ? { status: 401, message: "permission denied - invalid PVE ticket" } : { data: null };
  };
}

async function open(handler: Handler, changes: Partial<ProxmoxApi> = {}) {
  const server = await serve(handler);
  onTestFinished(() => server.close());
  const client = openClient(server.api({ login: LOGIN, ...changes }), { ...QUICK, request: 2_000 });
  onTestFinished(() => client.close());
  return { server, client };
}

function stop(client: ReturnType<typeof openClient>): Promise<unknown> {
  return client.routes().nodes.$("pve1").qemu.$(100).status.stop.$post();
}
