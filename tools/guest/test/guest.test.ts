import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { orderModules } from "../src/kernel.ts";

test("modules are loaded after those they need, each once", () => {
  const dependencies =
    "fs/9p.ko: net/9pnet.ko fs/netfs.ko\nnet/9pnet.ko:\nfs/netfs.ko: fs/fscache.ko\nfs/fscache.ko:\nnet/9pnet-virtio.ko: net/9pnet.ko\n";
  const order = orderModules(dependencies, ["9pnet_virtio", "9p", "builtin"]);
  expect(order).toEqual(["net/9pnet.ko", "net/9pnet-virtio.ko", "fs/fscache.ko", "fs/netfs.ko", "fs/9p.ko"]);
});

test("a guest dies with the process that booted it, however that ends", async () => {
  const program = fileURLToPath(new URL("programs/boot.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", program], { stdio: "ignore" });
  const guests = await until(
    () => childrenOf(child.pid),
    (found) => found.length > 0,
  );
  child.kill("SIGKILL");
  await until(
    async () => Promise.all(guests.map(nameOf)),
    (names) => names.every((name) => name === ""),
  );
});

async function until<T>(ask: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await ask();
    if (holds(found)) return found;
    await sleep(50);
  }
}

/** Emulators that this process has started. */
async function childrenOf(parent: number | undefined): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return /^Name:\s*qemu-/m.test(status) && status.includes(`\nPPid:\t${parent}\n`);
    }),
  );
  return pids.filter((_, index) => found[index]);
}

/** Nothing: it has ended. */
async function nameOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^State:\s*Z/m.test(status) ? "" : (/^Name:\s*(.*)$/m.exec(status)?.[1] ?? "");
}
