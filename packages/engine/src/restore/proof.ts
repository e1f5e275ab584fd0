import type { Pipeline } from "@backurne/exec";
import { BackurneError } from "@backurne/model";
import type { Prepared } from "./prepare.ts";
import type { Restoring } from "./restore.ts";

/**
 * Every byte of both, hashed where it lies, zeros too: only the digests travel.
 * @returns the digest. @throws BackurneError `difference`
 */
export async function proveEqual(
  temporary: string,
  { chain, point, destination }: Prepared,
  { house, stop }: Pick<Restoring, "house" | "stop">,
): Promise<string> {
  const [export_] = house.backup.exportWhole(chain.image, point.name);
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);

  async function hash(pipeline: Pipeline): Promise<string> {
    try {
      const { stdout } = await house.executor.run(pipeline, { signal, holdStdin: true });
      const [digest = ""] = stdout.trim().split(/\s/);
      if (digest === "") throw new BackurneError("unexpected", `${house.digest} printed no digest`);
      return digest;
    } catch (error) {
      failed.abort(error); // the other one would be hashed for nothing
      return "";
    }
  }

  const [here, there] = await Promise.all([
    hash([export_, { file: house.digest, args: [] }]),
    hash(destination.digest(temporary, point.name)),
  ]);
  if (failed.signal.aborted) throw failed.signal.reason;
  if (here === there) return here;
  throw new BackurneError("difference", `what arrived on ${destination.pool.place} is not what the backup holds`, {
    hint: `digest ${here} here, ${there} there; it was removed again. Try once more, and look at the memory of both hosts`,
  });
}
