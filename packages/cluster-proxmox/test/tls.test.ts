import type { ProxmoxApi } from "@backurne/model";
import { expect, it, onTestFinished } from "vitest";
import { openClient } from "../src/api.ts";
import { QUICK, serve } from "./server.ts";

const OTHER = Array.from({ length: 32 }, () => "AB").join(":");

it.each<[string, (right: string, caFile: string) => ProxmoxApi["tls"]]>([
  ["the authority's file", (_, caFile) => ({ caFile })],
  ["the fingerprint", (fingerprint) => ({ fingerprint })],
  ["the fingerprint as openssl prints it", (right) => ({ fingerprint: `SHA256=${right}` })],
  [
    "the fingerprint without colons, in small letters",
    (right) => ({ fingerprint: right.replaceAll(":", "").toLowerCase() }),
  ],
  ["one of several fingerprints", (right) => ({ fingerprint: `${OTHER}, ${right}` })],
  ["no check", () => "unchecked"],
])("lets in by %s", async (_, tls) => {
  const { client, server } = await open(tls);
  expect(await client.routes().version.$get()).toBe("hello");
  expect(server.seen).toHaveLength(1);
});

it.each<[string, (right: string) => ProxmoxApi["tls"], RegExp]>([
  ["another fingerprint", () => ({ fingerprint: OTHER }), /another fingerprint than the configured one: [0-9A-F:]{95}/],
  [
    "a fingerprint that differs in its last digit",
    (right) => ({ fingerprint: flipLast(right) }),
    /another fingerprint/,
  ],
  ["an authority the host does not know", () => "system", /self-signed certificate/],
])("sends not one request to a server with %s", async (_, tls, shown) => {
  const { client, server } = await open(tls);
  await expect(client.routes().version.$get()).rejects.toThrow(shown);
  await expect(client.routes().nodes.$("a").qemu.$(1).status.stop.$post()).rejects.toThrow(shown);
  expect(server.seen).toHaveLength(0);
});

it("sends no password where the fingerprint is wrong", async () => {
  const server = await serve(() => ({ data: null }));
  onTestFinished(() => server.close());
  const login = { user: "root@pam", password: "secret" };
  const client = openClient(server.api({ tls: { fingerprint: OTHER }, login }), QUICK);
  onTestFinished(() => client.close());
  await expect(client.routes().version.$get()).rejects.toThrow(/another fingerprint/);
  expect(server.seen).toHaveLength(0);
});

it("checks the name in the certificate where it trusts an authority", async () => {
  const server = await serve(() => ({ data: null }));
  onTestFinished(() => server.close());
  const api = server.api();
  expect(api.tls).toHaveProperty("caFile");
  const client = openClient({ ...api, hosts: ["127.0.0.1"] }, QUICK);
  onTestFinished(() => client.close());
  await expect(client.routes().version.$get()).resolves.toBeNull();
});

it.each(["", "AB:CD", `${OTHER}:AB`, "z".repeat(64)])("refuses %j as a fingerprint", (fingerprint) => {
  const api = { hosts: ["127.0.0.1"], port: 1, login: { tokenId: "a", tokenSecret: "b" }, tls: { fingerprint } };
  expect(() => openClient(api, QUICK)).toThrow(/fingerprint/);
});

function flipLast(fingerprint: string): string {
  return fingerprint.slice(0, -1) + (fingerprint.endsWith("0") ? "1" : "0");
}

async function open(tls: (right: string, caFile: string) => ProxmoxApi["tls"]) {
  const server = await serve(() => ({ data: "hello" }));
  onTestFinished(() => server.close());
  const client = openClient(server.api({ tls: tls(server.fingerprint, server.caFile) }), QUICK);
  onTestFinished(() => client.close());
  return { server, client };
}
