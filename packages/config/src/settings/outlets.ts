import type { ClientTls, InfluxSettings, MailSettings, NotifySettings, ReportTime } from "@backurne/model";
import { parseDuration } from "@backurne/retention";
import type { Config } from "../schema/config.ts";

export function resolveReportTime({ report_time: where, influxdb }: Config): ReportTime | undefined {
  if (where === undefined || where === false || where === "none") return undefined;
  if (where === "syslog") return { kind: "syslog" };
  if (where !== "influxdb") return { kind: "file", path: where };
  return influxdb && { kind: "influxdb", influxdb: resolveInflux(influxdb) };
}

function resolveInflux(given: NonNullable<Config["influxdb"]>): InfluxSettings {
  const { host = "", port = 8086, tls = false, db, org = "", bucket = "", token, user, password = "" } = given;
  return {
    url: (given.url ?? `${tls ? "https" : "http"}://${host}:${port}`).replace(/\/+$/, ""),
    into: db === undefined ? { org, bucket } : { db },
    ...(token === undefined ? {} : { login: { token } }),
    ...(user === undefined ? {} : { login: { user, password } }),
    tls: {
      ...(given.verify_tls === false && { unchecked: true }),
      ...tlsOf(given),
    },
  };
}

export function resolveNotify(given: NonNullable<Config["notify"]>): NotifySettings {
  const { on, again, mail, webhook, command } = given;
  return {
    on,
    again: parseDuration(again) ?? 0,
    ...(mail && { mail: resolveMail(mail) }),
    ...(webhook && { webhook: resolveWebhook(webhook) }),
    ...(command !== undefined && { command }),
  };
}

const PORTS = { off: 25, starttls: 587, wrapped: 465 } as const;

function resolveMail(given: NonNullable<NonNullable<Config["notify"]>["mail"]>): MailSettings {
  const { host, from, to, user, password = "" } = given;
  const local = host === "localhost" || host.startsWith("127.") || host === "::1";
  const tls = given.tls ?? (local ? "off" : "starttls");
  return {
    host,
    port: given.port ?? PORTS[tls],
    tls,
    from,
    to,
    ...caOf(given.ca_file),
    ...(user === undefined ? {} : { login: { user, password } }),
  };
}

function resolveWebhook({ url, token, ...files }: NonNullable<NonNullable<Config["notify"]>["webhook"]>) {
  return { url, ...(token === undefined ? {} : { token }), tls: tlsOf(files) };
}

/** Who vouches for the server, and what we show to it. */
function tlsOf({ ca_file, mtls }: Pick<NonNullable<Config["influxdb"]>, "ca_file" | "mtls">): ClientTls {
  const [certFile, keyFile] = mtls ?? [];
  return { ...caOf(ca_file), ...(mtls && { certFile, keyFile }) };
}

function caOf(caFile: string | undefined): Pick<ClientTls, "caFile"> {
  return caFile === undefined ? {} : { caFile };
}
