import { expect, test } from "vitest";
import { compose, problemsIn, settingsIn } from "./texts.ts";

const refused = 'api.listen: expected "unix:/absolute/path", or a loopback address with its port, as "127.0.0.1:5000"';

/** What stands behind `api:`, and what it means or what is wrong with it. */
const rows: readonly (readonly [string, object | string])[] = [
  ['{ listen: "127.0.0.1:5000" }', { listen: { host: "127.0.0.1", port: 5000 }, hosts: [] }],
  ['{ listen: "[::1]:80" }', { listen: { host: "[::1]", port: 80 }, hosts: [] }],
  ["{ listen: unix:/run/backurne.sock }", { listen: { socket: "/run/backurne.sock" }, hosts: [] }],
  ["{ hosts: [backup.example.net] }", { listen: { host: "127.0.0.1", port: 5000 }, hosts: ["backup.example.net"] }],
  // It speaks plain HTTP: nobody outside of the host may hear it.
  ['{ listen: "0.0.0.0:5000" }', refused],
  ['{ listen: "192.168.1.1:5000" }', refused],
  ["{ listen: backup1 }", refused],
  ["{ listen: unix:backurne.sock }", refused],
  ["{ hosts: [http://x] }", "api.hosts[0]: expected the name of a host, with its port where it has one"],
  ["{ listne: x }", 'api.listne: unknown key; did you mean "listen"?'],
];

test.each(rows)("api: %s", (text, meant) => {
  const composed = compose({ more: `api: ${text}` });
  if (typeof meant === "string") expect(problemsIn(composed)).toEqual([expect.stringContaining(meant)]);
  else expect(settingsIn(composed).api).toEqual(meant);
});
