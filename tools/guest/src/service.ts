import { dirname } from "node:path";
import type { Guest, Ran } from "./guest.ts";
import { TYPED as POOL, type Scene } from "./scene.ts";

const CONFIG = "/etc/backurne/shared.yaml";
const API = "/run/nobody/api.sock";
const NOBODY = 65534;
/** Somebody who is in no group that may ask, with a copy of the configuration. */
export const STRANGER = 65533;

interface Answered {
  readonly status: number;
  /** What it says in JSON, else its text. */
  readonly body: unknown;
}

/** `backurne mapper` as root and `backurne serve` as nobody, in the guest. */
export interface Service extends AsyncDisposable {
  readonly guest: Guest;
  readonly config: string;
  /** Of the server. */
  ask(method: string, path: string, body?: object): Promise<Answered>;
  /** Runs a script as nobody. */
  nobody(script: string): Promise<Ran>;
  /** Runs backurne as a user, whose group has the same number. */
  type(uid: number, words: string): Promise<Ran>;
  /** Starts the mapper, and waits until it listens. */
  start(): Promise<void>;
  /** Ends it. @returns its exit code. */
  end(signal: "KILL" | "TERM"): Promise<number>;
}

const as = (uid: number): string => `setpriv --reuid ${uid} --regid ${uid} --clear-groups --no-new-privs`;

/** The backups that the command line has made, and nothing of the live cluster: what is left are their marks. */
export async function openService({ guest, sandbox, backurne, node }: Scene): Promise<Service> {
  const { conf, keyring } = sandbox.backup;
  await guest.must(`
    install -Dm 640 /dev/stdin ${CONFIG} <<'END'
backup_cluster: { pool: ${POOL}, ceph_conf: ${conf}, ceph_id: admin }
profiles: { daily: { count: 7 } }
live_clusters: []
state_dir: /var/lib/backurne-nobody
api: { listen: "unix:${API}" }
mapper: { group: nogroup }
timezone: UTC
END
    chgrp ${NOBODY} ${CONFIG}
    install -o ${STRANGER} -m 600 ${CONFIG} ${CONFIG}.${STRANGER}
    install -d -o ${NOBODY} -g ${NOBODY} /run/nobody /var/lib/backurne-nobody
    # In here, and nowhere else: what this machine wrote it has a copy of.
    chmod o+r ${conf} ${keyring}; chmod o+x ${[...parentsOf(conf), ...parentsOf(keyring)].join(" ")}`);
  const type = (uid: number, words: string): Promise<Ran> =>
    guest.run(`${as(uid)} timeout 200 ${backurne} --config ${uid === STRANGER ? `${CONFIG}.${uid}` : CONFIG} ${words}`);
  const until = (what: string): string => `until ${what}; do kill -0 $! || exit; sleep 0.1; done`;
  const background = async (words: string, name: string): Promise<void> => {
    await guest.must(`
      { ${words}; echo $? >/run/${name}.code; } >/run/${name}.log 2>&1 </dev/null &
      ${until(`grep -q listening /run/${name}.log`)}`);
  };
  const start = (): Promise<void> => background(`${backurne} --config ${CONFIG} mapper`, "mapper");
  await start();
  await background(`${as(NOBODY)} ${backurne} --config ${CONFIG} serve`, "serve");
  const { stdout: token } = await type(NOBODY, "token create --scope admin --scope explore --scope map");
  const stop = (name: string, signal: string): Promise<string> =>
    guest.must(`pkill -${signal} -f '[c]onfig ${CONFIG} ${name}'; ${untilGone(name)}; cat /run/${name}.code`);
  return {
    guest,
    config: CONFIG,
    type,
    start,
    nobody: (script) => guest.run(`${as(NOBODY)} bash -c '${script}'`),
    async ask(method, path, body) {
      const asked = { socketPath: API, method, path, headers: headersOf(token.trim(), body) };
      const script = `${ASK}(${JSON.stringify(asked)}, ${JSON.stringify(JSON.stringify(body) ?? "")})`;
      return JSON.parse(await guest.must(`${as(NOBODY)} ${node} - <<'END'\n${script}\nEND`)) as Answered;
    },
    end: async (signal) => Number(await stop("mapper", signal)),
    async [Symbol.asyncDispose]() {
      for (const name of ["serve", "mapper"]) await stop(name, "TERM");
    },
  };
}

const untilGone = (name: string): string =>
  `while pgrep -f '[c]onfig ${CONFIG} ${name}' >/dev/null; do sleep 0.1; done`;

function headersOf(token: string, body: object | undefined): Readonly<Record<string, string>> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  return { host: "localhost", authorization: `Bearer ${token}`, ...json };
}

const ASK = `(function ask(options, body) {
  require("node:http").request(options, async (answer) => {
    let text = "";
    for await (const chunk of answer) text += chunk;
    let said = text;
    try { said = JSON.parse(text); } catch {}
    process.stdout.write(JSON.stringify({ status: answer.statusCode, body: said }));
  }).end(body);
})`;

function parentsOf(path: string): readonly string[] {
  const directory = dirname(path);
  return directory === path ? [] : [directory, ...parentsOf(directory)];
}
