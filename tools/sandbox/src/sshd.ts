import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { startDaemon, tail } from "./daemon.ts";
import { isAlive, OWNER } from "./processes.ts";
import { run, settle } from "./run.ts";
import type { Ssh } from "./types.ts";

export interface SshdOptions {
  readonly owner: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Starts an sshd of our own, with keys of its own, on loopback. The host's sshd, its keys and ~/.ssh are not touched. */
export async function bootSshd({ owner, port, signal }: SshdOptions): Promise<Ssh> {
  const dir = `${owner}/ssh`;
  const { username: user, uid } = userInfo();
  await mkdir(`${dir}/home`, { recursive: true });
  // sshd's compiled-in chroot for its unprivileged half; on Debian systemd makes it.
  if (uid === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });

  const keygen = (file: string) =>
    run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "backurne-sandbox", "-f", `${dir}/${file}`], {
      owner,
      signal,
    });
  await settle([keygen("host_key"), keygen("id")]);
  const hostKey = await readFile(`${dir}/host_key.pub`, "utf8");
  await writeFile(`${dir}/authorized_keys`, await readFile(`${dir}/id.pub`));
  await writeFile(`${dir}/known_hosts`, `[127.0.0.1]:${port} ${hostKey}`);
  await writeFile(`${dir}/sshd_config`, serverConfig({ owner, dir, port, pam: await isLocked(user) }));
  await writeFile(`${dir}/config`, clientConfig({ dir, port, user }));

  const log = `${dir}/sshd.log`;
  const argv = ["/usr/sbin/sshd", "-D", "-e", "-f", `${dir}/sshd_config`] as const;
  const daemon = await startDaemon(argv, { name: "sshd", owner, log });
  while (!(await accepts(port))) {
    signal.throwIfAborted();
    if (!(await isAlive(daemon))) throw new Error(`sshd ended while booting\n${await tail(log)}`);
    await sleep(20);
  }
  return { host: "127.0.0.1", port, user, identityFile: `${dir}/id`, configFile: `${dir}/config`, daemon };
}

interface ServerOptions {
  readonly owner: string;
  readonly dir: string;
  readonly port: number;
  readonly pam: boolean;
}

function serverConfig({ owner, dir, port, pam }: ServerOptions): string {
  return `ListenAddress 127.0.0.1
Port ${port}
HostKey "${dir}/host_key"
AuthorizedKeysFile "${dir}/authorized_keys"
PidFile "${dir}/sshd.pid"
UsePAM ${pam ? "yes" : "no"}
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
UseDNS no
# Several suites come at once, each as a host of its own: the default of 10 is for one.
MaxStartups 200:30:400
# HOME: bash reads ~/.bashrc in every session, and the developer's own has no part in this (it may hold locks when killed).
# The other is the mark by which "down" finds what a session left running.
SetEnv "HOME=${dir}/home" "${OWNER}=${owner}"
`;
}

function clientConfig({ dir, port, user }: { dir: string; port: number; user: string }): string {
  return `Host live
  HostName 127.0.0.1
  Port ${port}
  User ${user}
  IdentityFile "${dir}/id"
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile "${dir}/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  BatchMode yes
`;
}

/** Without PAM sshd refuses an account whose password is locked with "!", as root's is on many Debian machines. */
async function isLocked(user: string): Promise<boolean> {
  const shadow = await readFile("/etc/shadow", "utf8").catch(() => "");
  return shadow.split("\n").some((line) => line.startsWith(`${user}:!`));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false)).once("close", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
