import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshTarget } from "../src/index.ts";

const program = "/usr/sbin/sshd";

/** Why tests through a real sshd cannot run here. */
export const whyNoSshd = existsSync(program) ? undefined : `there is no ${program} (Debian: openssh-server)`;

export interface TestSshd extends AsyncDisposable {
  readonly target: SshTarget & { readonly controlPath: string };
  readonly directory: string;
}

/** An sshd of our own on 127.0.0.1, with its own keys and client configuration: nothing of the host's is touched. */
export async function startSshd(loginShell: "bash" | "dash"): Promise<TestSshd> {
  const directory = mkdtempSync(join(tmpdir(), "backurne-sshd-"));
  const at = (name: string) => join(directory, name);
  for (const key of ["host", "user"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
  writeFileSync(at("authorized_keys"), readFileSync(at("user.pub")), { mode: 0o600 });
  const port = await freePort();
  writeFileSync(at("sshd_config"), serverConfig(at, port, loginShell));
  writeFileSync(at("known_hosts"), `[127.0.0.1]:${port} ${readFileSync(at("host.pub"), "utf8")}`);
  writeFileSync(at("config"), clientConfig(at, port));
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 }); // sshd insists
  const daemon = spawn(program, ["-D", "-e", "-f", at("sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  await untilListening(daemon, port);
  return {
    directory,
    target: { host: "live", configFile: at("config"), controlPath: at("%C") },
    async [Symbol.asyncDispose]() {
      const gone = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function serverConfig(at: (name: string) => string, port: number, loginShell: string): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("host")}`,
    `AuthorizedKeysFile ${at("authorized_keys")}`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "SetEnv SHLVL=1", // else bash reads this host's ~/.bashrc for every command
    `ForceCommand exec ${loginShell} -c "$SSH_ORIGINAL_COMMAND"`,
    "",
  ].join("\n");
}

function clientConfig(at: (name: string) => string, port: number): string {
  return [
    "Host live",
    "  HostName 127.0.0.1",
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${at("user")}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${at("known_hosts")}`,
    "  GlobalKnownHostsFile none",
    "",
  ].join("\n");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function untilListening(daemon: ChildProcess, port: number): Promise<void> {
  let said = "";
  daemon.stderr?.on("data", (chunk: Buffer) => (said += chunk));
  while (daemon.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await sleep(20);
  }
  throw new Error(`sshd did not start: ${said}`);
}
