import { clusterArgs, radosCommand, type PoolAccess } from "./command.ts";
import { parseLock } from "./parse.ts";
import { repeatSafely } from "./steady.ts";
import type { RadosObjects } from "./types.ts";

// Whole lines: without its keyring rados says `(2) No such file` too, of a pool that is not there as well.
const NO_OBJECT = /^error (getting|removing) [^]*: \(2\) No such file/m;
const NO_LOCK = /^error 2: \(2\) No such file/m;
const BUSY = /^error 16: \(16\) Device or resource busy/m;

/** ms. It takes a Python of its own, and a run asks at its beginning, and when it looks back at its end. */
const FSID_KEPT = 60_000;

export function openObjects({ address, run: runOnce }: Pick<PoolAccess, "address" | "run">): RadosObjects {
  const run = repeatSafely(runOnce);
  let fsid: { readonly asked: number; readonly answer: Promise<string> } | undefined;
  // rados ends with 1 whatever went wrong; the reason stands in its last lines only.
  async function maybe(args: readonly string[], reason: RegExp): Promise<string | undefined> {
    const { code, stdout, stages } = await run(radosCommand(address, args, [1]), "read");
    if (code === 0) return stdout;
    const stderr = stages[0]?.stderr ?? "";
    if (reason.test(stderr)) return undefined;
    await run(radosCommand(address, args), "read"); // fails with the whole story, or the trouble has passed
    return maybe(args, reason);
  }

  return {
    read: (object) => maybe(["get", object, "-"], NO_OBJECT),
    async write(object, content) {
      await run(radosCommand(address, ["put", object, "-"]), "write", content);
    },
    async append(object, content) {
      await run(radosCommand(address, ["append", object, "-"]), "write", content);
    },
    async removeObject(object) {
      await maybe(["rm", object], NO_OBJECT);
    },
    async removeObjects(objects, seconds) {
      const timeout = ["--rados-osd-op-timeout", String(seconds), "--rados-mon-op-timeout", String(seconds)];
      await run(radosCommand(address, [...timeout, "rm", ...objects]), "write");
    },
    async lock(object, { name, tag, description, seconds }) {
      const args = ["lock", "get", object, name, "--lock-type", "shared", "--lock-tag", tag];
      args.push("--lock-cookie", "1", "--lock-description", description, "--lock-duration", String(seconds));
      return (await maybe(args, BUSY)) === undefined ? "busy" : "locked";
    },
    async lockState(object, name) {
      const text = await maybe(["lock", "info", object, name, "--format", "json"], NO_LOCK);
      return text === undefined ? undefined : parseLock(text);
    },
    async breakLock(object, name, locker) {
      await maybe(["lock", "break", object, name, locker.name, "--lock-cookie", locker.cookie], NO_LOCK);
    },
    fsid() {
      const now = performance.now();
      if (fsid === undefined || now - fsid.asked > FSID_KEPT) {
        const command = { file: "ceph", args: [...clusterArgs(address), "fsid"] };
        const answer = run(command, "read").then(({ stdout }) => stdout.trim());
        fsid = { asked: now, answer };
        answer.catch(() => (fsid = undefined));
      }
      return fsid.answer;
    },
  };
}
