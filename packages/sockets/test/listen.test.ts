import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExecutor } from "@backurne/exec";
import { expect, onTestFinished, test } from "vitest";
import { listenOnSocket } from "../src/index.ts";

const executor = createExecutor({ env: process.env });

async function openPlace(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "backurne-sockets-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, "socket");
}

function open(): Server {
  const server = createServer((socket) => socket.on("error", () => undefined).end("here"));
  onTestFinished(() => void server.close());
  return server;
}

async function answerOf(path: string): Promise<string> {
  const socket = connect(path);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test("only its owner and its group may connect, whatever the mask is", async () => {
  const path = await openPlace();
  const mask = process.umask(0);
  onTestFinished(() => void process.umask(mask));
  const name = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
  await listenOnSocket(open(), path, { group: { name, executor } });
  expect(process.umask()).toBe(0);
  expect((await stat(path)).mode & 0o777).toBe(0o660);
  expect(await answerOf(path)).toBe("here");
});

test("as long as its group is not known, it is open to nobody else", async () => {
  const path = await openPlace();
  await expect(listenOnSocket(open(), path, { group: { name: "no-such-group", executor } })).rejects.toThrow(
    "no-such-group",
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("one that a killed server left is replaced; one that is answered on, and what is no socket, are not", async () => {
  const path = await openPlace();
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
  const killed = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "close");
  await listenOnSocket(open(), path);
  expect(await answerOf(path)).toBe("here");
  await expect(listenOnSocket(open(), path)).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(await answerOf(path)).toBe("here");

  const file = `${path}-file`;
  await writeFile(file, "somebody's");
  await expect(listenOnSocket(open(), file)).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(await readFile(file, "utf8")).toBe("somebody's");
});
