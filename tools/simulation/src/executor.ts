import type { Executor } from "@backurne/exec";
import type { Witness } from "./noted.ts";
import { DIGEST } from "./settings.ts";
import { contentOf, type SimulatedPool } from "./pool.ts";

/**
 * Transfers and comparisons between pools: wrong content, as with the real programs, where the target's head is not the
 * base. And digests, for which the content is its own.
 */
export function simulateExecutor(pools: readonly SimulatedPool[], see: Witness): Executor {
  const find = (place: string): SimulatedPool | undefined => pools.find(({ rbd }) => rbd.place === place);

  return {
    async run(pipeline, { commit, onBytes, signal } = {}) {
      const [from, to] = [pipeline[0], pipeline.at(-1)];
      const [image = "", snapshot = "", base = ""] = from.args;
      const [target = ""] = to?.args ?? [];
      const source = find(from.file)?.images.get(image);
      if (source && to?.file === DIGEST) {
        signal?.throwIfAborted();
        await see(`digest ${image}`);
        return { stdout: `=${contentOf(source, snapshot)}  -`, code: 0, stages: [] };
      }
      const pool = find(to?.file ?? "");
      const sink = pool?.images.get(target);
      if (!source || !pool || !sink) throw new Error("only transfers and comparisons are simulated");
      signal?.throwIfAborted();
      if (!commit) {
        await see(`compare ${image}`);
        const same = contentOf(source, snapshot) === contentOf(sink, to?.args[1] ?? "");
        const found = same ? { different: 0, ranges: [] } : { different: 1, ranges: [[0, 4096]] };
        return { stdout: JSON.stringify({ bytes: 4096, ...found }), code: 0, stages: [] };
      }
      await see(`transfer ${image}`);
      const expected = base === "" ? "" : contentOf(source, base);
      sink.head = sink.head === expected ? contentOf(source, snapshot) : "wrong";
      onBytes?.(100);
      if (!(await commit.allow())) throw new Error("not allowed");
      if ((await pool.rbd.createSnapshot(target, snapshot)) === "exists") throw new Error("the snapshot exists");
      return { stdout: "", code: 0, stages: [] };
    },
  };
}
