import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTokens } from "@backurne/api";
import * as schemas from "@backurne/reports/schemas";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Api } from "../src/front-door.ts";
import { userOf } from "../src/user.ts";
import { NOW, settings } from "./fixture.ts";
import { run } from "./world.ts";

let stateDir: string;
beforeAll(() => void (stateDir = mkdtempSync(join(tmpdir(), "backurne-cli-"))));
afterAll(() => rmSync(stateDir, { recursive: true }));
const cli = (words: string) => run(words, { door: { readConfig: async () => ({ ...settings, stateDir }) } });

test("a token is printed once, listed without itself, and worth nothing once it is revoked", async () => {
  const made = await cli("token create --scope read --scope backup --name grafana");
  expect(made).toMatchObject({ exit: 0, stderr: "" });
  expect(made.stdout).toMatch(/^bkn_[0-9a-f]{12}_[\w-]{43}\n$/);
  const text = made.stdout.trim();
  const id = text.split("_")[1] ?? "";
  const kept = readdirSync(join(stateDir, "tokens")).map((file) =>
    readFileSync(join(stateDir, "tokens", file), "utf8"),
  );
  expect(kept.join()).not.toContain(text.slice(17));
  expect(await openTokens(stateDir, () => NOW).find(text)).toMatchObject({
    name: "grafana",
    scopes: ["read", "backup"],
  });
  expect((await cli("token ls")).stdout).toBe(
    `ID            NAME     SCOPES       CREATED (local)\n${id}  grafana  read,backup  2026-11-02 13:00\n`,
  );
  const listed = schemas.tokens.parse(JSON.parse((await cli("token ls --json")).stdout));
  expect(listed.tokens).toHaveLength(1);
  schemas.tokenRevoked.parse(JSON.parse((await cli(`token revoke ${id} --json`)).stdout));
  expect(await openTokens(stateDir, () => NOW).find(text)).toBe(undefined);
  expect((await cli("token ls")).stdout).toBe("there is no token: nobody may ask\n");
  schemas.tokenCreated.parse(JSON.parse((await cli("token create --scope admin --json")).stdout));
});

interface Line {
  readonly path: string;
  readonly request: string;
  readonly status?: number;
  readonly body?: string;
  readonly made?: string;
}

test("what is created and revoked is written down before and after it, with who did it and never the token", async () => {
  const own = join(stateDir, "audited");
  const door = { readConfig: async () => ({ ...settings, stateDir: own }) };
  const text = (await run("token create --scope admin --name grafana", { door })).stdout.trim();
  const id = text.split("_")[1] ?? "";
  await run("token ls", { door });
  await run("token revoke 000000000000", { door });
  await run(`token revoke ${id}`, { door });
  const log = readFileSync(join(own, "audit.ndjson"), "utf8");
  const lines = log
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const asked = (path: string, body: object) => ({ path, body: JSON.stringify(body) });
  expect(lines.map(({ path, body, status, made }) => ({ path, body, status, made }))).toEqual(
    [
      asked("token create", { name: "grafana", scopes: ["admin"] }),
      { path: "token create", status: 201, made: id },
      asked("token revoke", { id: "000000000000" }),
      { path: "token revoke", status: 404 },
      asked("token revoke", { id }),
      { path: "token revoke", status: 200 },
    ].map((line) => ({ body: undefined, status: undefined, made: undefined, ...line })),
  );
  const who = { at: new Date(NOW).toISOString(), user: "alice", method: "COMMAND", request: expect.any(String) };
  expect(lines).toMatchObject(lines.map(() => who));
  expect([0, 2, 4].map((one) => lines[one]?.request)).toEqual([1, 3, 5].map((one) => lines[one]?.request));
  expect(new Set(lines.map(({ request }) => request)).size).toBe(3);
  expect(log).not.toContain(text.split("_").slice(2).join("_"));
  expect(statSync(join(own, "audit.ndjson")).mode & 0o777).toBe(0o640);
});

test("what cannot be written down is not done", async () => {
  const own = join(stateDir, "unwritable");
  const door = { readConfig: async () => ({ ...settings, stateDir: own }) };
  const id = (await run("token create --scope read", { door })).stdout.split("_")[1] ?? "";
  rmSync(join(own, "audit.ndjson"));
  mkdirSync(join(own, "audit.ndjson")); // as good as one that nobody may write: root may write those
  for (const words of ["token create --scope admin", `token revoke ${id}`]) {
    const { exit, stdout, stderr } = await run(words, { door });
    expect([exit, stdout, stderr]).toEqual([1, "", expect.stringMatching(/cannot be written down.*\n.*state_dir/)]);
  }
  expect(readdirSync(join(own, "tokens"))).toEqual([`${id}.json`]);
});

test.skipIf(process.getuid?.() !== 0)(
  "who is root by sudo is called by his own name; everybody else by what the host says",
  () => {
    expect(userOf({ SUDO_USER: "alice" })).toBe("alice");
    expect(userOf({ LOGNAME: "alice", USER: "alice" })).toBe("root");
  },
);

test("the first one on a host makes directories: the state for all to enter, its own for nobody else", async () => {
  const fresh = join(stateDir, "fresh/state");
  const door = { readConfig: async () => ({ ...settings, stateDir: fresh }) };
  expect(await run("token create --scope read", { door })).toMatchObject({ exit: 0 });
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  expect([modeOf(fresh), modeOf(join(fresh, "tokens"))]).toEqual([0o755, 0o700]);
});

test.each([
  ["token create", 2, "token create needs --scope"],
  ["token create --scope everything", 2, "Choices:"],
  ["token revoke", 2, "token revoke needs an ID"],
  ["token revoke 000000000000", 12, "there is no such token"],
  ["token", 2, "not enough non-option arguments"],
])("%s: exit %i", async (words, exit, message) => {
  const { stderr, ...ended } = await cli(words);
  expect([ended.exit, stderr]).toEqual([exit, expect.stringContaining(message)]);
});

test("mapper is told which file its settings are of, and says where it listens", async () => {
  const ran = await run("mapper --config /etc/x.yaml");
  expect(ran).toMatchObject({ exit: 0, stdout: "listening on unix:/run/backurne-mapper.sock\n" });
  expect(ran.calls).toContainEqual(["runMapper", "/etc/x.yaml"]);
});

test("serve says where it listens, and keeps each run in its file", async () => {
  const serve: Api["serve"] = async ({ onListening, openOutlet, settings: { stateDir: dir } }) => {
    onListening(`http://127.0.0.1:5000`);
    openOutlet().event({ kind: "run-started", at: new Date(NOW).toISOString(), run: "one", host: "bk1", version: "0" });
    expect(dir).toBe(stateDir);
  };
  const door = { readConfig: async () => ({ ...settings, stateDir }) };
  expect(await run("serve", { door, api: { serve } })).toMatchObject({
    exit: 0,
    stdout: "listening on http://127.0.0.1:5000\n",
  });
  expect(readdirSync(join(stateDir, "runs"))).toEqual(["one.ndjson"]);
});
