import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { freePort } from "@backurne/sandbox";

const PROGRAM = fileURLToPath(new URL("../../profiles-server/serve.ts", import.meta.url));

export interface ProfilesServer {
  readonly url: string;
  /** Connections that came: ms since 1970. */
  readonly asked: readonly number[];
  end(): Promise<void>;
}

/** The sample server as a program of its own, behind a door that notes who comes. */
export async function startProfilesServer(rules: unknown, token: string): Promise<ProfilesServer> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-profiles-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [rulesFile, tokenFile] = [join(dir, "rules.yaml"), join(dir, "token")];
  await Promise.all([writeFile(rulesFile, JSON.stringify(rules)), writeFile(tokenFile, token)]);
  const asked: number[] = [];
  let inner = 0;
  const door = createServer((socket) => {
    asked.push(performance.timeOrigin + performance.now());
    const behind = connect(inner, "127.0.0.1");
    for (const side of [socket, behind]) side.on("error", () => void (socket.destroy(), behind.destroy()));
    socket.pipe(behind).pipe(socket);
  });
  const outer = await listen(door);
  inner = await freePort();
  const args = ["--conditions=source", PROGRAM, rulesFile, "--port", String(inner), "--token-file", tokenFile];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  async function end(): Promise<void> {
    child.kill();
    await ended;
    door.close();
  }
  onTestFinished(end);
  await new Promise((ready) => createInterface({ input: child.stdout }).once("line", ready));
  return { url: `http://127.0.0.1:${outer}/`, asked, end };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}
