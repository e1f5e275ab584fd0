import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createExecutor, createGroupRunner, type Pipeline } from "@backurne/exec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compress, type Connections, hearZstd, keepConnections, type SshFlavour, sshTransport } from "../src/index.ts";
import { nasty } from "./nasty.ts";
import { isAlive, read, sh, until } from "./processes.ts";
import { startSshd, type TestSshd, whyNoSshd } from "./sshd.ts";

const executor = createExecutor();
const because = whyNoSshd === undefined ? "" : ` (skipped: ${whyNoSshd})`;

describe.skipIf(whyNoSshd !== undefined).each([
  ["bash", "kept"],
  ["dash", "fresh"],
] as const)(
  `through a real sshd whose login shell is %s, with %s connections for streams${because}`,
  (loginShell, streams) => {
    let sshd: TestSshd;
    let connections: Connections;
    const transport = (flavour: SshFlavour) =>
      sshTransport({ ...sshd.target, ...(streams === "kept" && { connections }) }, flavour);
    beforeAll(async () => {
      sshd = await startSshd(loginShell);
      connections = keepConnections((number) => join(sshd.directory, `s${number}`));
    });
    afterAll(async () => {
      const { configFile, controlPath, host } = sshd.target;
      for (const path of [controlPath, ...connections.paths()]) {
        const args = ["-F", configFile!, "-S", path, "-O", "exit", host];
        await executor.run([{ file: "ssh", args, answers: [255] }]);
      }
      await sshd[Symbol.asyncDispose]();
    });

    it.each([
      ["control", false],
      ["bulk", false],
      ["bulk", true],
    ] as const)("every argument arrives as it was: %s, life line %s", async (flavour, lifeline) => {
      const canary = join(sshd.directory, "canary");
      const strings = nasty(canary);
      for (let at = 0; at < strings.length; at += 15) {
        const some = strings.slice(at, at + 15).map((text) => text.slice(0, 20_000));
        const command = sh(`printf '%s\\0' "$@"`, ...some);
        const { stdout } = await executor.run(transport(flavour).wrap([command], { lifeline }), {
          holdStdin: lifeline,
        });
        expect(stdout.split("\0").slice(0, -1)).toEqual(some);
      }
      expect(existsSync(canary)).toBe(false);
    });

    it("every argument arrives as it was, in a group", async () => {
      const canary = join(sshd.directory, "canary");
      const run = createGroupRunner(executor, transport("control"));
      const strings = nasty(canary).filter((text) => text.length < 5000);
      const results = await Promise.all(strings.map((text) => run(sh(`printf '%s\\0' "$1"`, text))));
      expect(results.map(({ stdout }) => stdout)).toEqual(strings.map((text) => `${text}\0`));
      expect(existsSync(canary)).toBe(false);
    });

    it("an environment variable, C and UTC arrive", async () => {
      const command = { ...sh('echo "$A $LC_ALL $TZ"'), env: { A: "it's $HOME" } };
      expect((await executor.run(transport("bulk").wrap([command]))).stdout).toBe("it's $HOME C UTC\n");
    });

    it("a program named like a builtin is a program", async () => {
      const { stdout } = await executor.run(transport("bulk").wrap([{ file: "echo", args: ["--version"] }]));
      expect(stdout).toContain("GNU coreutils");
    });

    it("exit codes are answers, but ssh's own 255 never is", async () => {
      const answering = (code: number) =>
        executor.run(transport("bulk").wrap([{ ...sh(`exit ${code}`), answers: [2, 255] }]));
      expect((await answering(2)).code).toBe(2);
      await expect(answering(255)).rejects.toMatchObject({ code: "command" });
      await expect(answering(3)).rejects.toMatchObject({ code: "command" });
    });

    it.each([false, true])("a failing export is seen behind zstd; life line %s", async (lifeline) => {
      const { there, here } = compress([sh("echo data; echo lost >&2; exit 1")]);
      const pipeline: Pipeline = [...transport("bulk").wrap(there, { lifeline }), here];
      const onStderr = (line: string) => hearZstd(line) === undefined;
      await expect(executor.run(pipeline, { holdStdin: true, onStderr })).rejects.toMatchObject({
        failed: 0,
        message: expect.stringMatching(/ on live failed with exit code 1: lost$/),
      });
    });

    it("bytes arrive through zstd as they were", async () => {
      const { there, here } = compress([sh("head -c 3000000 /dev/zero; printf e")]);
      const pipeline: Pipeline = [...transport("bulk").wrap(there, { lifeline: true }), here, sh("wc -c")];
      const heard: unknown[] = [];
      const onStderr = (line: string) => heard.push(hearZstd(line)?.wire);
      expect((await executor.run(pipeline, { holdStdin: true, onStderr })).stdout.trim()).toBe("3000001");
      expect(Number(heard.findLast((wire) => wire !== undefined))).toBeLessThan(3000);
    });

    it("50 control commands share one connection, bulk has its own", async () => {
      const run = createGroupRunner(executor, transport("control"));
      const ask = sh('echo "$SSH_CONNECTION"');
      const connections = await Promise.all(Array.from({ length: 50 }, () => run(ask)));
      const later = await run(ask);
      const bulk = await executor.run(transport("bulk").wrap([ask]));
      // The very first groups may each have opened one; from then on there is one.
      expect(new Set(connections.map(({ stdout }) => stdout)).has(later.stdout)).toBe(true);
      expect((await run(ask)).stdout).toBe(later.stdout);
      expect(bulk.stdout).not.toBe(later.stdout);
    });

    it.runIf(streams === "kept")("a stream is alone on its connection, and leaves it to the next one", async () => {
      const mine = keepConnections((number) => join(sshd.directory, `own${number}`));
      const { wrap } = sshTransport({ ...sshd.target, connections: mine }, "bulk");
      const ask = async (script = 'echo "$SSH_CONNECTION"') => (await executor.run(wrap([sh(script)]))).stdout;
      const waiting = 'echo "$SSH_CONNECTION"; sleep 1';
      const [one, other] = await Promise.all([ask(waiting), ask(waiting)]);
      expect(one).not.toBe(other);
      const later = [await ask(), await ask(), await ask()];
      expect(new Set([...later, one, other]).size).toBe(2);
      // What did not end well may stand still, or be broken: it is left alone.
      const used = [one, other];
      for (const _ of used) await expect(ask("exit 1")).rejects.toThrow("exit code 1");
      expect(used).not.toContain(await ask());
      expect(mine.paths()).toHaveLength(3);
      for (const path of mine.paths()) {
        const { configFile, host } = sshd.target;
        await executor.run([{ file: "ssh", args: ["-F", configFile!, "-S", path, "-O", "exit", host] }]);
      }
    });

    it("a control command that is stopped does not take the shared connection with it", async () => {
      const { wrap } = transport("control");
      const ask = sh('echo "$SSH_CONNECTION"');
      const before = await executor.run(wrap([ask]));
      const stopped = executor.run(wrap([sh("exec sleep 3")]), { timeout: 500 });
      const other = executor.run(wrap([sh('sleep 1; echo "$SSH_CONNECTION"')]));
      await expect(stopped).rejects.toMatchObject({ message: expect.stringContaining("no answer") });
      expect((await other).stdout).toBe(before.stdout);
    });

    it.each([
      ["one quiet command", [sh('sleep 600 & echo $$ $! >"$1/pids"; exec sleep 600')]],
      ["a quiet pipeline", [sh('sleep 600 & echo $$ $! >"$1/pids"; wait'), { file: "zstd", args: ["-c", "-q"] }]],
    ])(
      "kill -9 of the local ssh ends %s and its children over there",
      { timeout: 20_000 },
      async (_, [first, ...rest]) => {
        const source = { ...first!, args: [...first!.args, sshd.directory] };
        const [command] = transport("bulk").wrap([source, ...rest], { lifeline: true });
        const ssh = spawn(command.file, command.args, { stdio: ["pipe", "ignore", "inherit"] });
        const gone = once(ssh, "exit");
        const pids = `${sshd.directory}/pids`;
        await until(() => read(pids).endsWith("\n"));
        const there = read(pids).trim().split(" ").map(Number);
        expect(there.every(isAlive)).toBe(true);
        ssh.kill("SIGKILL");
        await gone;
        await until(() => !there.some(isAlive));
        await executor.run([{ file: "rm", args: [pids] }]);
      },
    );
  },
);
