import { type Command, describePipeline, type Pipeline, quote, type Transport, type WrapOptions } from "@backurne/exec";
import { BackurneError, printable, type SshSettings } from "@backurne/model";
import type { Connections } from "./connections.ts";
import { answersOf, bashArgs } from "./script.ts";

export interface SshTarget extends SshSettings {
  /** Socket of the shared connection, in a private directory; `%C` in it stands for the destination. */
  readonly controlPath?: string | undefined;
  /** Those that streams use; without them each makes its own. */
  readonly connections?: Connections | undefined;
}

/**
 * control: many short commands over one shared connection (7 ms each instead of 200).
 * bulk: a connection for each run alone, as one stream is limited by its window.
 */
export type SshFlavour = "control" | "bulk";

/** Runs pipelines on a host. Ciphers and the rest are left to the user's ssh configuration. */
export function sshTransport(target: SshTarget, flavour: SshFlavour): Transport {
  checkDestination("host", target.host);
  if (target.user !== undefined) checkDestination("user", target.user);
  return {
    place: target.host,
    wrap(pipeline, wrapOptions = {}) {
      const connection = flavour === "bulk" ? target.connections?.take() : undefined;
      const options = sshOptions(target, flavour === "bulk" ? connection?.path : target.controlPath, PERSIST[flavour]);
      const command = wrapSsh(target, options, { pipeline, wrapOptions });
      return [connection ? { ...command, onEnd: connection.end } : command];
    },
  };
}

function wrapSsh(
  { host }: SshTarget,
  options: readonly string[],
  { pipeline, wrapOptions }: { readonly pipeline: Pipeline; readonly wrapOptions: WrapOptions },
): Command {
  // ssh joins its arguments and hands them to the login shell: one string, quoted here and nowhere else
  const remote = `exec bash ${bashArgs(pipeline, wrapOptions).map(quote).join(" ")}`;
  return {
    file: "ssh",
    args: [...options, "--", host, remote],
    // 255 is what ssh itself fails with
    answers: answersOf(pipeline)?.filter((code) => code !== 255),
    label: `${describePipeline(pipeline)} on ${host}`,
  };
}

/** Seconds a connection outlives its last use. A stream leaves its own to those that wait already, or to nobody. */
const PERSIST = { control: 30, bulk: 2 } as const;

/** `socket`: of a connection that is kept. */
function sshOptions(
  { user, port, identityFile, configFile }: SshTarget,
  socket: string | undefined,
  persist: number,
): readonly string[] {
  const settings = ["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15", "ServerAliveCountMax=3"];
  settings.push(...(socket !== undefined ? ["ControlMaster=auto", `ControlPersist=${persist}`] : ["ControlMaster=no"]));
  const flags = [
    ["-S", socket ?? "none"],
    ["-F", configFile],
    ["-i", identityFile],
    ["-p", port],
    ["-l", user],
  ] as const;
  return [
    "-T",
    ...settings.flatMap((setting) => ["-o", setting]),
    ...flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
  ];
}

/** They may end up in a ProxyCommand, which is a shell string. */
function checkDestination(what: "host" | "user", text: string): void {
  if (/^[\w.:@%[\]][\w.:@%[\]-]*$/.test(text)) return;
  throw new BackurneError("configuration", `not an ssh ${what}: "${printable(text)}"`);
}
