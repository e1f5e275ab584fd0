import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { freePort } from "@backurne/sandbox";
import { expect, onTestFinished } from "vitest";
import { LAUNCHER } from "./cli.ts";

/** `backurne serve` as a program of its own, on a port that the system chose a moment ago. */
export async function startServer(config: string): Promise<{ readonly url: string; stop(): Promise<number> }> {
  const port = await freePort();
  await appendFile(config, `api: { listen: "127.0.0.1:${port}" }\n`);
  const child = spawn(LAUNCHER, ["--config", config, "serve"], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  onTestFinished(() => void child.kill());
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("close", (code) => reject(new Error(`it ended with ${code}`)));
  });
  expect(line).toBe(`listening on http://127.0.0.1:${port}`);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGTERM");
      const [code] = (await closed) as [number];
      return code;
    },
  };
}
