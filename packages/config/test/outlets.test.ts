import { expect, test } from "vitest";
import { compose, problemsIn, settingsIn } from "./texts.ts";

const expected = 'report_time: expected "syslog", "influxdb", "none", or a file by its absolute path';

const mistakes: readonly (readonly [text: string, problem: string])[] = [
  ["report_time: 5", expected],
  ["report_time: true", expected],
  ["report_time: times.log", "report_time: expected an absolute path"],
  ["report_time: influxdb", "report_time: needs the section influxdb"],
  ["influxdb: http://x", "influxdb: expected a mapping, not text"],
  ["influxdb: { db: x }", "influxdb: needs url or host"],
  ["influxdb: { host: x }", "influxdb: needs db, or org and bucket"],
  ["influxdb: { host: x, org: o }", "influxdb: needs db, or org and bucket"],
  ["influxdb: { host: x, db: d, org: o, bucket: b }", "influxdb: needs db, or org and bucket"],
  ["notify: { on: [failure] }", "notify: needs mail, webhook or command"],
  ["notify: { command: tell }", "notify.command: expected an absolute path"],
  ["notify: { mail: { host: h, from: me, to: [a@b] } }", "notify.mail.from: expected an address of mail"],
  ["notify: { command: /tell, on: [everything] }", "notify.on[0]:"],
  [
    "notify: { webhook: { url: https://x, mtls: [/c] } }",
    "notify.webhook.mtls: expected two absolute paths: of the certificate, and of its key",
  ],
  ["notify: { webhook: { url: https://x, mtls: [/c, k] } }", "notify.webhook.mtls[1]: expected an absolute path"],
  [
    "notify: { webhook: { url: http://x, mtls: [/c, /k] } }",
    "notify.webhook.mtls: is shown over https only, and url begins with http:",
  ],
];

test.each(mistakes)("%s", (text, problem) => {
  expect(problemsIn(compose({ more: text }))).toEqual([expect.stringContaining(problem)]);
});

const influx = (text: string) => {
  const { reportTime } = settingsIn(compose({ more: `report_time: influxdb\ninfluxdb: ${text}` }));
  return reportTime?.kind === "influxdb" ? reportTime.influxdb : undefined;
};

test("influxdb as the old tool had it, and as newer servers want it", () => {
  expect(influx("{ host: flux, db: backurne }")).toEqual({
    url: "http://flux:8086",
    into: { db: "backurne" },
    tls: {},
  });
  expect(influx("{ host: flux, port: 443, db: d, tls: true, verify_tls: false, mtls: [/c, /k] }")).toEqual({
    url: "https://flux:443",
    into: { db: "d" },
    tls: { unchecked: true, certFile: "/c", keyFile: "/k" },
  });
  expect(influx("{ url: https://flux/, org: o, bucket: b, token: t, ca_file: /ca }")).toEqual({
    url: "https://flux",
    into: { org: "o", bucket: "b" },
    login: { token: "t" },
    tls: { caFile: "/ca" },
  });
});

test("a webhook may want to know who asks", () => {
  const hook = (more: string) =>
    settingsIn(compose({ more: `notify: { webhook: { url: https://x${more} } }` })).notify?.webhook;
  expect(hook("")).toEqual({ url: "https://x", tls: {} });
  expect(hook(", ca_file: /ca, mtls: [/c, /k]")?.tls).toEqual({ caFile: "/ca", certFile: "/c", keyFile: "/k" });
});

test("mail goes unwrapped on this host only", () => {
  const mail = (host: string, more = "") =>
    settingsIn(compose({ more: `notify: { mail: { host: ${host}, from: a@b, to: [c@d]${more} } }` })).notify?.mail;
  expect(mail("localhost")).toMatchObject({ port: 25, tls: "off" });
  expect(mail("mx.example.net")).toMatchObject({ port: 587, tls: "starttls" });
  expect(mail("mx.example.net", ", tls: wrapped, user: u, password: p")).toMatchObject({
    port: 465,
    login: { user: "u", password: "p" },
  });
  const { notify } = settingsIn(compose({ more: "notify: { command: /tell }" }));
  expect(notify).toEqual({ on: ["failure", "late", "recovery"], again: 86_400_000, command: "/tell" });
});
