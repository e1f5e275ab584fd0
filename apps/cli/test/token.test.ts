import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTokens } from "@backurne/api";
import * as schemas from "@backurne/reports/schemas";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Api } from "../src/front-door.ts";
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
