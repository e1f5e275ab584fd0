import { tmpdir } from "node:os";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { down, locate, renderEnv, type Sandbox, up } from "../src/index.ts";

test("a name stands for a directory below the one for temporary files", () => {
  expect(locate({ name: "e2e" })).toBe(`${tmpdir()}/backurne-sandbox-e2e`);
  expect(locate({ dir: "/srv/box" })).toBe("/srv/box");
});

test.each(["", "a b", "../etc", "a/b", "$(id)"])("refuses the name %j", (name) => {
  expect(() => locate({ name })).toThrow("a sandbox's name is");
});

test.each(["/tmp/with space", `/tmp/${"long".repeat(30)}`])("refuses the directory %s", async (dir) => {
  await expect(up({ dir })).rejects.toThrow("short and plain");
});

test("down removes no directory that is not a sandbox", async () => {
  const dir = await mkdtemp(`${tmpdir()}/not-a-sandbox-`);
  try {
    await writeFile(`${dir}/precious`, "");
    await expect(down({ dir })).rejects.toThrow("is not a sandbox");
  } finally {
    await rm(dir, { recursive: true });
  }
});

test("env names the Proxmox cluster only where there is one", () => {
  const parts = { live: { conf: "/l" }, backup: { conf: "/b" }, ssh: { configFile: "/s" } };
  const endpoints = [{ fingerprint: "AA" }, { fingerprint: "BB" }];
  const proxmox = { url: "https://x", caFile: "/ca", endpoints, user: "u", password: "p'w", control: "http://c" };
  const sandbox = { dir: "/d", ...parts, proxmox: { ...proxmox, tokenId: "t", tokenSecret: "s" } };
  const shown = renderEnv(sandbox as unknown as Sandbox);
  expect(shown.split("\n").slice(4, -1)).toEqual([
    "export PROXMOX_URL='https://x'",
    "export PROXMOX_CA='/ca'",
    "export PROXMOX_FINGERPRINT='AA,BB'",
    "export PROXMOX_USER='u'",
    "export PROXMOX_PASSWORD='p'\\''w'",
    "export PROXMOX_TOKEN_ID='t'",
    "export PROXMOX_TOKEN_SECRET='s'",
    "export PROXMOX_CONTROL='http://c'",
  ]);
});

test("env can be evaluated by a shell, whatever the directory is called", () => {
  const sandbox = { dir: "/tmp/it's", live: { conf: "/l" }, backup: { conf: "/b" }, ssh: { configFile: "/s" } };
  expect(renderEnv(sandbox as Sandbox)).toBe(
    "export BACKURNE_SANDBOX='/tmp/it'\\''s'\nexport LIVE_CONF='/l'\nexport BACKUP_CONF='/b'\nexport SSH_CONFIG='/s'\n",
  );
});
