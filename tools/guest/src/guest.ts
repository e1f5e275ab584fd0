import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findKernel } from "./kernel.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine of its own kernel, with this machine's files and the ports of its 127.0.0.1. */
export interface Guest extends AsyncDisposable {
  /** Runs a script in bash, as root; whatever it ends with is an answer. One at a time, the others wait. */
  run(script: string, options?: { readonly timeout?: number }): Promise<Ran>;
  /** Like `run`; ends with 0 or throws what it said. Returns its stdout. */
  must(script: string, options?: { readonly timeout?: number }): Promise<string>;
  /** What its kernel said. */
  console(): Promise<string>;
}

export interface GuestOptions {
  /** MiB. */
  readonly memory?: number;
  /** ms until it has to be ready. */
  readonly patience?: number;
}

const MINUTE = 60_000;

const here = (name: string): string => fileURLToPath(new URL(`../guest/${name}`, import.meta.url));

/**
 * Boots a guest in some seconds. It dies with this process, however that ends, and leaves nothing: what it writes goes to
 * its own memory.
 */
export async function boot({ memory = 2048, patience = 3 * MINUTE }: GuestOptions = {}): Promise<Guest> {
  const kernel = await findKernel();
  const log = await openNameless();
  // What was translated for one process serves the next one where it lies at the same addresses; and a CPU without wide vectors
  // is quicker to emulate.
  const qemu = [
    ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "Nehalem", "-m", String(memory), "-smp", "1"],
    ["-nodefaults", "-no-reboot", "-display", "none", "-serial", "file:/proc/self/fd/3"],
    ["-kernel", kernel.image, "-initrd", kernel.initramfs],
    ["-append", "console=ttyS0 quiet panic=-1 mitigations=off norandmaps"],
    ["-fsdev", "local,id=host,path=/,readonly=on,security_model=none,multidevs=remap"],
    ["-device", "virtio-9p-pci,fsdev=host,mount_tag=host"],
    [
      "-netdev",
      `user,id=net,guestfwd=tcp:10.0.2.100:7-cmd:bash ${here("door.sh")}`,
      "-device",
      "virtio-net-pci,netdev=net,romfile=",
    ],
    ["-chardev", "stdio,id=agent,signal=off", "-device", "virtio-serial-pci"],
    ["-device", "virtserialport,chardev=agent,name=agent"],
  ];
  // Its parent's death is its own, also where that is killed.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...qemu.flat()], {
    stdio: ["pipe", "pipe", "pipe", log.fd],
  });
  const machine = new Machine(child, log);
  try {
    await machine.ready(patience);
    await machine.run(`install -m 755 ${here("rbd.sh")} /usr/local/bin/rbd`, MINUTE);
  } catch (error) {
    await machine.end();
    await log.close();
    throw error;
  }
  return {
    run: (script, options) => machine.run(script, options?.timeout ?? 5 * MINUTE),
    async must(script, options) {
      const { code, stdout, stderr } = await machine.run(script, options?.timeout ?? 5 * MINUTE);
      if (code !== 0) throw new Error(`exit ${code} in the guest: ${script}\n${stdout}${stderr}`);
      return stdout;
    },
    console: () => readAll(log),
    async [Symbol.asyncDispose]() {
      await machine.end();
      await log.close();
    },
  };
}

class Machine {
  readonly #child: ChildProcess;
  readonly #log: FileHandle;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(child: ChildProcess, log: FileHandle) {
    this.#child = child;
    this.#log = log;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    let said = "";
    child.stderr!.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stdin!.on("error", () => {}); // `ended` says why
    const failed = once(child, "error").then(([error]) => String(error));
    this.#ended = Promise.race([failed, once(child, "exit").then(([code]) => `qemu ended with ${code}: ${said}`)]);
    this.#ended.catch(() => {});
  }

  async ready(patience: number): Promise<void> {
    const line = await this.#line(patience);
    if (line !== "ready") throw new Error(`the guest said ${line} instead of ready`);
  }

  run(script: string, timeout: number): Promise<Ran> {
    const turn = this.#last.then(async () => {
      this.#child.stdin!.write(`${Buffer.from(script).toString("base64")}\n`);
      const [code, stdout = "", stderr = ""] = (await this.#line(timeout)).split(" ");
      return { code: Number(code), stdout: decode(stdout), stderr: decode(stderr) };
    });
    // A command that does not answer has broken the guest: its answer would be taken for the next one's.
    this.#last = turn;
    turn.catch(() => {});
    return turn;
  }

  async #line(timeout: number): Promise<string> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`the guest was silent for ${timeout / 1000} s`)), timeout);
    const gone = this.#ended.then((why) => Promise.reject(new Error(why)));
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late, gone]);
      if (done) throw new Error(await this.#ended);
      return value;
    } catch (error) {
      const console = await readAll(this.#log).catch(() => "");
      throw new Error(`${String(error)}\n${console.split("\n").slice(-30).join("\n")}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL"); // there is nothing in it that anybody wants to keep
    await this.#ended;
  }
}

/** A file that is gone with whoever has it open. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `backurne-guest-${randomUUID()}`);
  const file = await open(path, "wx+");
  await rm(path);
  return file;
}

async function readAll(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc((await file.stat()).size), position: 0 });
  return buffer.toString("utf8", 0, bytesRead);
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
