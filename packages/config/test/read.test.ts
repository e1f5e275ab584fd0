import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackurneError } from "@backurne/model";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConfig, readConfig } from "../src/index.ts";
import { compose } from "./texts.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "backurne-config-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function write(name: string, text: string, mode = 0o600): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

async function failureOf(file: string): Promise<BackurneError> {
  const error: unknown = await readConfig(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackurneError)) throw new Error(`expected a BackurneError, got ${String(error)}`);
  return error;
}

const proxmox = (file: string) =>
  compose({ clusters: [`{ name: px1, type: proxmox, fqdn: px1, user: u, password_file: ${file} }`] });

test.each([0o600, 0o640, 0o400, 0o700])("a file of mode %o is read", async (mode) => {
  expect((await readConfig(await write("b.yaml", compose(), mode))).snapPrefix).toBe("backup");
});

test.each([
  [0o604, "0604"],
  [0o601, "0601"],
  [0o602, "0602"],
  [0o644, "0644"],
])("a file of mode %o is refused", async (mode, shown) => {
  const file = await write("b.yaml", compose(), mode);
  const error = await failureOf(file);
  expect(error.code).toBe("configuration");
  expect(error.message).toBe(`${file}:1:1: others may use this file (mode ${shown}), and it can hold secrets`);
  expect(error.hint).toContain(`chmod 600 ${file}`);
});

test("the mode, and every problem in it, and its secret files: in one go", async () => {
  const secret = await write("px1.password", "x", 0o644);
  const file = await write("b.yaml", `${proxmox("px1.password")}colour: red\nlog_level: loud\n`, 0o644);
  expect((await failureOf(file)).message.split("\n")).toEqual([
    `${file}:1:1: others may use this file (mode 0644), and it can hold secrets`,
    `${file}:5:1: colour: unknown key`,
    `${file}:6:12: log_level: expected trace or debug or info or warn or error or silent`,
    `${file}:4:68: live_clusters[0].password_file: ${secret}: others may use this file (mode 0644), and it can hold secrets; chmod 600 it`,
  ]);
});

test.each([
  ["as it stands", "hu sh"],
  ["without the end of its line", "hu sh\n"],
  ["without several, of Windows too", "hu sh\r\n\n"],
])("a secret is read from a file beside the configuration: %s", async (_, text) => {
  await write("px1.password", text);
  const { liveClusters } = await readConfig(await write("b.yaml", proxmox("px1.password")));
  expect(liveClusters[0]).toHaveProperty("api.login", { user: "u", password: "hu sh" });
});

test("every secret from its own file", async () => {
  const more = "profiles_api: { url: https://x/, token_file: api.token }";
  const clusters = ["a", "b"].map(
    (name) => `{ name: ${name}, type: proxmox, fqdn: x, token_id: i, token_secret_file: ${directory}/${name} }`,
  );
  for (const name of ["a", "b", "api.token"]) await write(name, `hush ${name}`);
  const settings = await readConfig(await write("b.yaml", compose({ clusters, more })));
  expect(settings.liveClusters[0]).toHaveProperty("api.login", { tokenId: "i", tokenSecret: "hush a" });
  expect(settings.liveClusters[1]).toHaveProperty("api.login", { tokenId: "i", tokenSecret: "hush b" });
  expect(settings.profilesApi?.token).toBe("hush api.token");
});

test.each([
  ["empty", "", "is empty; write the secret into it"],
  ["an empty line", "\n", "is empty; write the secret into it"],
  ["two lines, and none repeated", "hush\nhush\n", "is more than one line of text; write only the secret into it"],
])("a secret file that holds no secret: %s", async (_, text, message) => {
  const secret = await write("px1.password", text);
  const file = await write("b.yaml", proxmox("px1.password"));
  expect((await failureOf(file)).message).toBe(`${file}:4:68: live_clusters[0].password_file: ${secret}: ${message}`);
});

test("a secret file that is not there", async () => {
  const file = await write("b.yaml", proxmox("/nonexistent/secret"));
  expect((await failureOf(file)).message).toBe(
    `${file}:4:68: live_clusters[0].password_file: /nonexistent/secret: ENOENT: no such file or directory, open '/nonexistent/secret'`,
  );
});

test("no configuration, and a directory for one", async () => {
  const missing = await failureOf(join(directory, "none.yaml"));
  expect(missing).toMatchObject({
    code: "configuration",
    message: `cannot read the configuration: ENOENT: no such file or directory, open '${directory}/none.yaml'`,
  });
  expect(missing.hint).toContain("backurne config example");
  expect((await failureOf(directory)).message).toContain("EISDIR");
});

test.each([
  ["the flag first", { flag: "/f", env: { BACKURNE_CONFIG: "/e" } }, "/f"],
  ["then the environment", { env: { BACKURNE_CONFIG: "/e" } }, "/e"],
  ["then the usual place", { env: {} }, "/etc/backurne/backurne.yaml"],
  ["an empty variable is none", { env: { BACKURNE_CONFIG: "" } }, "/etc/backurne/backurne.yaml"],
])("which file: %s", (_, context, file) => {
  expect(findConfig(context)).toBe(file);
});
