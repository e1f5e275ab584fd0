import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { randomInt, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { startSimulator } from "../src/index.ts";

test("each node has a certificate of its own, from one authority", async () => {
  await using simulator = await startSimulator({ nodes: ["a", "b"] });
  const { endpoints, caFile } = simulator.access;
  const ca = readFileSync(caFile, "utf8");
  const shown = await Promise.all(
    endpoints.map(async ({ port, host }) => {
      const socket = connect({ port, host, ca });
      await once(socket, "secureConnect");
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      return certificate;
    }),
  );
  expect(shown.map((one) => one?.fingerprint256)).toEqual(endpoints.map(({ fingerprint }) => fingerprint));
  expect(shown.map((one) => one?.subject)).toEqual(["CN=a", "CN=b"]);
  expect(shown.every((one) => one?.checkIssued(new X509Certificate(ca)))).toBe(true);
});

test("simulators started at once have one authority, and nothing else in common", async () => {
  await using one = await startSimulator();
  await using two = await startSimulator();
  expect(readFileSync(one.access.caFile, "utf8")).toBe(readFileSync(two.access.caFile, "utf8"));
  const ports = [one, two].flatMap(({ access }) => [access.control, ...access.endpoints.map(({ port }) => port)]);
  expect(new Set(ports).size).toBe(6);
  expect(one.access.password).not.toBe(two.access.password);
  expect(one.access.tokenSecret).not.toBe(two.access.tokenSecret);
});

test("closed, it leaves no file and no port behind", async () => {
  const { TMPDIR } = process.env;
  const directory = await mkdtemp(join(tmpdir(), "backurne-test-"));
  process.env["TMPDIR"] = directory;
  onTestFinished(async () => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    await rm(directory, { recursive: true });
  });
  const { access, close } = await startSimulator({ nodes: ["alone"] });
  expect(access.caFile.startsWith(directory)).toBe(true);
  await close();
  expect(await readdir(directory)).toEqual([]);
  await expect(fetch(access.control)).rejects.toThrow();
  await close();
});

test("the nodes have the ports after the control interface's, or nothing is opened", async () => {
  // Below the ports that the kernel gives away by itself.
  const port = 10_000 + randomInt(9_000);
  const stranger = createServer().listen(port + 2, "127.0.0.1");
  await once(stranger, "listening");
  onTestFinished(() => void stranger.close());
  await expect(startSimulator({ port })).rejects.toThrow(/EADDRINUSE/);
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  stranger.close();
  await once(stranger, "close");
  await using simulator = await startSimulator({ port });
  expect(simulator.access.control).toBe(`http://127.0.0.1:${port}`);
  expect(simulator.access.endpoints.map((one) => one.port)).toEqual([port + 1, port + 2]);
});
