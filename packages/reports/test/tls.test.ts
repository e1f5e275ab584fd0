import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import type { ClientTls, MailSettings, NotifySettings, RunReport, Settings } from "@backurne/model";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { addFailures, foldReport } from "../src/index.ts";
import { openOutlets } from "../src/outlets/index.ts";
import { contentOf, openCertificates, type Pair } from "./certificates.ts";
import { ended, jobOf, planOf, started, successOf } from "./fixture.ts";
import { startHttp, startMail } from "./servers.ts";

const events = [started, planOf([jobOf("a")]), ...successOf("a", 1, 5_000_000), ended];
const SECRET = "not-to-be-printed";

const certificates = openCertificates();
afterAll(() => certificates[Symbol.dispose]());
const ours = certificates.authority("ours");
const others = certificates.authority("others");
const good = ours.certify("good", "IP:127.0.0.1");
const old = ours.certify("old", "IP:127.0.0.1", -1);
const elsewhere = ours.certify("elsewhere", "IP:127.0.0.2,DNS:elsewhere.example.net");
const client = ours.certify("client", "DNS:bk1");
const stranger = others.certify("stranger", "DNS:bk1");

type Told = Pick<Settings, "reportTime" | "notify">;

/** A whole run, as the command line tells of it. */
async function tell(settings: Told): Promise<RunReport> {
  const stateDir = mkdtempSync(join(tmpdir(), "backurne-tls-state-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const tools = { stateDir, host: "bk1", now: () => 0, run: async () => undefined, precheck: async () => undefined };
  const outlet = openOutlets(settings as Settings, tools);
  for (const event of events) outlet.event(event);
  const report = addFailures(foldReport(events), await outlet.settle());
  outlet.end(report);
  return addFailures(report, await outlet.close());
}

interface Way {
  /** Who listens, and what is configured. */
  start(server: TlsOptions, client: ClientTls): Promise<{ readonly settings: Told; readonly got: readonly unknown[] }>;
}

const digest = (way: Omit<NotifySettings, "on" | "again">): Told => ({ notify: { on: ["digest"], again: 0, ...way } });

function mail(how: "wrapped" | "starttls"): Way {
  return {
    async start(tls, { caFile }) {
      const { port, got } = await startMail({ ...tls, how });
      const login = { user: "backurne", password: SECRET };
      const ends = { from: "backurne@bk1", to: ["ops@x"] };
      return { settings: digest({ mail: { host: "127.0.0.1", port, tls: how, caFile, login, ...ends } }), got };
    },
  };
}

const WAYS: Readonly<Record<string, Way>> = {
  "InfluxDB 1": {
    async start(server, tls) {
      const { url, got } = await startHttp(undefined, server);
      const login = { user: "backurne", password: SECRET };
      return { settings: { reportTime: { kind: "influxdb", influxdb: { url, into: { db: "d" }, login, tls } } }, got };
    },
  },
  "InfluxDB 2": {
    async start(server, tls) {
      const { url, got } = await startHttp(undefined, server);
      const [into, login] = [{ org: "o", bucket: "b" }, { token: SECRET }];
      return { settings: { reportTime: { kind: "influxdb", influxdb: { url, into, login, tls } } }, got };
    },
  },
  "a webhook": {
    async start(server, tls) {
      const { url, got } = await startHttp(undefined, server);
      return { settings: digest({ webhook: { url, token: SECRET, tls } }), got };
    },
  },
  "mail, wrapped": mail("wrapped"),
  "mail with STARTTLS": mail("starttls"),
};

async function meet(way: Way | undefined, server: TlsOptions, tls: ClientTls) {
  const { settings, got } = (await way?.start(server, tls)) ?? { settings: {}, got: [] };
  const { exit, failures } = await tell(settings);
  const said = failures.map(({ about, failure }) => `${about}: ${failure.message}`).join("\n");
  expect(said).not.toContain(SECRET);
  expect(said.split("\n")).toHaveLength(1);
  return { exit, said, got: got.length };
}

/** What the server shows, whom we believe, and what becomes of it. */
const shown: readonly (readonly [what: string, server: Pair, caFile: string, said: RegExp])[] = [
  [
    "its certificate is of an authority nobody named",
    good,
    others.certFile,
    /nobody known here vouches for its certificate/,
  ],
  ["its certificate has expired", old, ours.certFile, /its certificate has expired/],
  [
    "its certificate is for another host",
    elsewhere,
    ours.certFile,
    /its certificate is for another name: .*127\.0\.0\.2/,
  ],
  ["there is no such file of authorities", good, "/nonexistent/ca.pem", /no such file .*\/nonexistent\/ca\.pem/],
];

describe.each(Object.keys(WAYS))("%s over TLS", (name) => {
  const way = WAYS[name];

  test("is told, where the authority that was named vouches for it", async () => {
    expect(await meet(way, contentOf(good), { caFile: ours.certFile })).toEqual({ exit: 0, said: "", got: 1 });
  });

  test.each(shown)(
    "is told nothing when %s: one line in the report, and the exit code",
    async (_, server, caFile, said) => {
      expect(await meet(way, contentOf(server), { caFile })).toEqual({
        exit: 3,
        said: expect.stringMatching(said),
        got: 0,
      });
    },
  );
});

/** Servers that want to know who asks. */
const wanting = (): TlsOptions => ({ ...contentOf(good), requestCert: true, ca: contentOf(ours).cert });

describe.each(["InfluxDB 1", "InfluxDB 2", "a webhook"])("%s that wants a certificate", (name) => {
  const caFile = ours.certFile;

  test("is told with the right one", async () => {
    expect(await meet(WAYS[name], wanting(), { caFile, ...client })).toEqual({ exit: 0, said: "", got: 1 });
  });

  test.each([
    ["without any, by TLS 1.2", {}, "TLSv1.2"],
    ["without any, by TLS 1.3", {}, "TLSv1.3"],
    ["with one of somebody else, by TLS 1.2", stranger, "TLSv1.2"],
    ["with one of somebody else, by TLS 1.3", stranger, "TLSv1.3"],
  ] as const)("is told nothing %s", async (_, own, maxVersion) => {
    expect(await meet(WAYS[name], { ...wanting(), maxVersion }, { caFile, ...own })).toEqual({
      exit: 3,
      said: expect.stringMatching(/certificate/),
      got: 0,
    });
  });
});

test("where TLS is wanted nothing is said in the clear", async () => {
  const mails = await startMail();
  const login = { user: "backurne", password: SECRET };
  const mailTo = (tls: MailSettings["tls"]) =>
    digest({ mail: { host: "127.0.0.1", port: mails.port, tls, login, from: "a@b", to: ["c@d"] } });
  expect(await tell(mailTo("starttls"))).toMatchObject({ exit: 3, failures: [{ about: "notify" }] });
  expect(await tell(mailTo("wrapped"))).toMatchObject({
    exit: 3,
    failures: [{ failure: { message: expect.stringMatching(/it does not speak TLS there/) } }],
  });
  expect([mails.got, mails.open.filter((line) => /AUTH|MAIL|DATA/.test(line))]).toEqual([[], []]);
});
