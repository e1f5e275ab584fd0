import { chown, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Arena } from "./arena.ts";
import { LAUNCHER, writeConfig, type Outcome } from "./cli.ts";
import { openDirectory } from "./daemon.ts";

/** Debian's nobody, and its group: nothing is his but what a test gives to him. */
const NOBODY = 65534;

/** Somebody who is not root, with a configuration, credentials and a state directory of his own. */
export interface Unprivileged {
  readonly uid: number;
  readonly config: string;
  readonly stateDir: string;
  /** What stands before a command so that it is his; nothing where whoever runs the tests is not root either. */
  readonly prefix: readonly string[];
  backurne(...words: readonly string[]): Promise<Outcome>;
}

/** @throws Error where he is not let into the checkout */
export async function openUnprivileged(arena: Arena): Promise<Unprivileged> {
  const root = process.getuid?.() === 0;
  const drop = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--no-new-privs"];
  if (root) await requireLauncher(drop);
  const keys = await openDirectory("keys");
  const config = await writeConfig(await copyKeys(arena, keys));
  const stateDir = dirname(config);
  if (root) {
    const files = ["", "backup.conf", "backup.keyring", "ssh", ...SSH.map((name) => join("ssh", name))];
    for (const path of [...files.map((name) => join(keys, name)), stateDir, config]) await chown(path, NOBODY, NOBODY);
  }
  const prefix = ["env", `HOME=${keys}`, ...(root ? drop : [])];
  return {
    uid: root ? NOBODY : (process.getuid?.() ?? NOBODY),
    config,
    stateDir,
    prefix,
    async backurne(...words) {
      const [file = "", ...args] = [...prefix, LAUNCHER, "--config", config, ...words];
      const { exitCode, stdout, stderr } = await execa(file, args, { reject: false });
      return { code: exitCode, stdout, stderr };
    },
  };
}

async function requireLauncher(drop: readonly string[]): Promise<void> {
  const [file = "", ...args] = [...drop, "test", "-r", LAUNCHER, "-a", "-x", LAUNCHER];
  const { exitCode } = await execa(file, args, { reject: false });
  if (exitCode === 0) return;
  throw new Error(
    `the user nobody cannot read this checkout (${LAUNCHER}): let others into the directories above it (chmod o+x), or clone it to where they are let in`,
  );
}

const SSH = ["config", "id", "known_hosts"];

/** What a client needs is root's in the sandbox: he has copies. What is asked on the live side is asked by whom ssh makes him. */
async function copyKeys(arena: Arena, directory: string): Promise<Arena> {
  const { settings, sandbox } = arena;
  const { backup, ssh } = sandbox;
  const rewrite = async (from: string, to: string, change: (text: string) => string): Promise<void> =>
    writeFile(to, change(await readFile(from, "utf8")), { mode: 0o600 });

  const [conf, keyring] = [join(directory, "backup.conf"), join(directory, "backup.keyring")];
  await copyFile(backup.keyring, keyring);
  await rewrite(backup.conf, conf, (text) =>
    text.replaceAll(backup.keyring, keyring).replace(/^run dir = .*$/m, `run dir = ${directory}`),
  );
  const [there, here] = [dirname(ssh.configFile), join(directory, "ssh")];
  await mkdir(here);
  for (const name of SSH) await rewrite(join(there, name), join(here, name), (text) => text.replaceAll(there, here));
  return {
    ...arena,
    sandbox: { ...sandbox, ssh: { ...ssh, configFile: join(here, "config") } },
    settings: { ...settings, backup: { ...settings.backup, cephConf: conf } },
  };
}
