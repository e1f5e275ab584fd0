import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { openDirectory, startDaemon } from "./daemon.ts";
import { freePort } from "@backurne/sandbox";

/** A row of what InfluxQL answers: one series, with the tags it was grouped by. */
export interface Series {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (string | number | null)[])[];
}

export interface Influx {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Its certificate, which is its own authority. */
  readonly caFile: string;
  /** Another one, which vouches for nobody here. */
  readonly strangerFile: string;
  /** Throws with InfluxDB's own words where it is no query. */
  query(db: string, query: string): Promise<readonly Series[]>;
  /** Points in the line protocol. */
  write(db: string, lines: string): Promise<void>;
}

async function makeCertificate(directory: string, name: string) {
  const [key, caFile] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)] as const;
  const kind = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"];
  const whose = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  await execa("openssl", [...kind, ...whose, "-keyout", key, "-out", caFile]);
  return { key, caFile };
}

/** Debian's InfluxDB 1, which speaks TLS only and wants to know who writes; with one database. */
export async function startInflux(db: string): Promise<Influx> {
  const directory = await openDirectory("influxdb");
  const config = join(directory, "influxdb.conf");
  const { key, caFile } = await makeCertificate(directory, "server");
  const stranger = await makeCertificate(directory, "stranger");
  const [port, inner] = [await freePort(), await freePort()];
  await writeFile(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${inner}"
[meta]
  dir = "${directory}/meta"
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = true
  https-enabled = true
  https-certificate = "${caFile}"
  https-private-key = "${key}"
`,
  );
  const ca = await readFile(caFile, "utf8");
  const [user, password] = ["backurne", "not to be printed"];
  const url = `https://127.0.0.1:${port}`;

  async function ask(path: string, body?: string): Promise<string> {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const answer = Promise.withResolvers<string>();
    const options = { method: body === undefined ? "GET" : "POST", ca, agent: false, headers: { authorization } };
    request(`${url}${path}`, options, (response) => {
      text(response).then((said) => {
        if ((response.statusCode ?? 0) < 300) answer.resolve(said);
        else answer.reject(new Error(`${path}: ${response.statusCode} ${said}`));
      }, answer.reject);
    })
      .on("error", answer.reject)
      .end(body);
    return answer.promise;
  }
  const order = (q: string): Promise<string> => ask(`/query?${new URLSearchParams({ q })}`, "");

  await startDaemon("influxd", {
    package: "influxdb",
    args: ["run", "-config", config],
    answers: async () => (await ask("/ping")) === "",
  });
  await order(`CREATE USER "${user}" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`);
  await order(`CREATE DATABASE "${db}"`);
  return {
    url,
    user,
    password,
    caFile,
    strangerFile: stranger.caFile,
    async query(name, q) {
      const said = await ask(`/query?${new URLSearchParams({ db: name, q, epoch: "ms" })}`);
      const { results, error } = JSON.parse(said) as {
        results?: readonly { readonly series?: readonly Series[]; readonly error?: string }[];
        error?: string;
      };
      const wrong = error ?? results?.find((one) => one.error)?.error;
      if (wrong !== undefined) throw new Error(`${q}: ${wrong}`);
      return results?.flatMap(({ series }) => series ?? []) ?? [];
    },
    async write(name, lines) {
      await ask(`/write?${new URLSearchParams({ db: name })}`, lines);
    },
  };
}
