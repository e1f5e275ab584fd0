import { describe, expect, test } from "vitest";
import { open, type Asking, type Scene } from "./client.ts";

const PASSWORD = "päss word+&=%";
const SECRET = "0d1f0c2b-1a4e-4c0e-9a55-1f6b51d3f6a1";
const OPTIONS = { password: PASSWORD, tokenSecret: SECRET };
const LOGIN = { username: "root@pam", password: PASSWORD };
const PING = "POST /nodes/pve1/qemu/100/agent/ping";

interface Ticket {
  readonly ticket: string;
  readonly CSRFPreventionToken: string;
  readonly username: string;
}

async function logIn(scene: Scene, form: Record<string, string> = LOGIN): Promise<Ticket> {
  return (await scene.data("POST /access/ticket", { form, headers: {} })) as Ticket;
}

const cookie = ({ ticket }: Ticket) => ({ cookie: `PVEAuthCookie=${ticket}` });
const csrf = (token: string) => ({ csrfpreventiontoken: token });
const token = (text: string) => ({ authorization: `PVEAPIToken=${text}` });

/** What is shown at the door, and what Proxmox says: a status line without a body. */
const MATRIX: readonly (readonly [string, string, (ticket: Ticket) => Asking["headers"], string])[] = [
  ["nothing", "GET /version", () => ({}), "401 No ticket"],
  ["nothing", "GET /no/such/route", () => ({}), "401 No ticket"],
  ["a ticket", "GET /version", cookie, "200 OK"],
  [
    "a ticket, encoded",
    "GET /version",
    (t) => ({ cookie: `a=b; PVEAuthCookie=${encodeURIComponent(t.ticket)}` }),
    "200 OK",
  ],
  ["a ticket without its token", PING, cookie, "401 Permission denied - invalid csrf token"],
  ["a ticket and its token", PING, (t) => ({ ...cookie(t), ...csrf(t.CSRFPreventionToken) }), "200 OK"],
  [
    "a ticket and another token",
    PING,
    (t) => ({ ...cookie(t), ...csrf(t.CSRFPreventionToken.replace(/:.*/, ":AAAA")) }),
    "401 Permission denied - invalid csrf token",
  ],
  [
    "a forged ticket",
    "GET /version",
    (t) => ({ cookie: `PVEAuthCookie=${t.ticket}x` }),
    "401 permission denied - invalid PVE ticket",
  ],
  [
    "another user's ticket",
    "GET /version",
    (t) => cookie({ ...t, ticket: t.ticket.replace("root", "toor") }),
    "401 permission denied - invalid PVE ticket",
  ],
  ["a token", "GET /version", () => token(`root@pam!backurne=${SECRET}`), "200 OK"],
  ["a token, to change something", PING, () => token(`root@pam!backurne=${SECRET}`), "200 OK"],
  ["a token with another secret", "GET /version", () => token("root@pam!backurne=wrong"), "401 invalid token value!"],
  [
    "an unknown token",
    "GET /version",
    () => token(`root@pam!other=${SECRET}`),
    "401 no such token 'other' for user 'root@pam'",
  ],
  [
    "a token called like a method",
    "GET /version",
    () => token("toString=x"),
    "401 no such token '' for user 'toString'",
  ],
];

test.each(MATRIX)("%s, at %s", async (_name, request, headers, expected) => {
  const scene = await open(OPTIONS);
  const shown = headers(await logIn(scene));
  const { status, reason, text } = await scene.ask(request, {
    headers: shown ?? {},
    ...(request === PING && { form: {} }),
  });
  expect(`${status} ${reason}`).toBe(expected);
  if (status === 401) expect(text).toBe("");
  const logged = scene.simulator.journal.requests.at(-1);
  expect(logged?.user !== undefined).toBe(status === 200);
});

describe("logging in", () => {
  test("answers with a ticket, its token and who it is", async () => {
    const ticket = await logIn(await open(OPTIONS));
    expect(ticket).toEqual({
      username: "root@pam",
      ticket: expect.stringMatching(/^PVE:root@pam:[0-9A-F]{8}::\S+$/),
      CSRFPreventionToken: expect.stringMatching(/^[0-9A-F]{8}:\S+$/),
      clustername: "simulated",
    });
  });

  test("takes the realm apart from the name, and a ticket in the place of the password", async () => {
    const scene = await open(OPTIONS);
    const first = await logIn(scene, { username: "root", realm: "pam", password: PASSWORD });
    expect((await logIn(scene, { username: "root@pam", password: first.ticket })).username).toBe("root@pam");
  });

  test("takes parameters from the query too", async () => {
    const { data } = await open(OPTIONS);
    const form = { password: PASSWORD };
    expect(await data("POST /access/ticket?username=root@pam", { form, headers: {} })).toHaveProperty("ticket");
  });

  test.each([
    [{ username: "root@pam", password: "wrong" }, 401, "authentication failure", undefined],
    [{ username: "toString", password: "x" }, 401, "authentication failure", undefined],
    [{ username: "root@pam" }, 400, "Parameter verification failed.", "password"],
    [{ password: PASSWORD }, 400, "Parameter verification failed.", "username"],
    [{ ...LOGIN, colour: "red" }, 400, "Parameter verification failed.", "colour"],
  ])("refuses %j", async (form, status, message, field) => {
    const answer = await (await open(OPTIONS)).ask("POST /access/ticket", { form: { ...form }, headers: {} });
    expect([answer.status, answer.reason]).toEqual([status, message]);
    const body = JSON.parse(answer.text) as { message: string; errors?: object; data: null };
    expect([body.data, body.message, Object.keys(body.errors ?? {})]).toEqual([
      null,
      `${message}\n`,
      field ? [field] : [],
    ]);
  });

  test("tickets are worth nothing once they are expired, new ones are", async () => {
    const scene = await open(OPTIONS);
    const old = await logIn(scene);
    scene.simulator.cluster.changes.expireTickets();
    expect((await scene.ask("GET /version", { headers: cookie(old) })).status).toBe(401);
    expect((await scene.ask("GET /version", { headers: cookie(await logIn(scene)) })).status).toBe(200);
  });
});

test("no secret stands in the journal", async () => {
  const scene = await open(OPTIONS);
  const { ticket, CSRFPreventionToken } = await logIn(scene);
  await scene.ask("GET /version");
  await scene.ask(PING, { form: {}, headers: { ...cookie({ ticket } as Ticket), ...csrf(CSRFPreventionToken) } });
  const written = JSON.stringify(scene.simulator.journal.requests);
  expect(written).toContain("root@pam!backurne");
  for (const secret of [PASSWORD, SECRET, ticket, CSRFPreventionToken]) expect(written).not.toContain(secret);
});
