import type { Command } from "@backurne/exec";
import type { PoolAddress } from "@backurne/model";
import { z } from "zod";
import { DIGEST_PROGRAM } from "./digest-program.ts";
import { parseJson } from "./parse.ts";
import type { Comparison, DigestPart } from "./types.ts";

/** The distribution's own: the bindings come with it, and not with another Python that stands earlier on PATH. */
const PYTHON = "/usr/bin/python3";

interface Asked {
  readonly image: string;
  readonly snapshot: string;
  readonly [word: string]: string | number | boolean | undefined;
}

export function digestCommand({ pool, namespace, cephConf, cephId }: PoolAddress, asked: Asked): Command {
  const words = { conf: cephConf, id: cephId, pool, namespace, ...asked };
  return {
    file: PYTHON,
    args: ["-I", "-c", DIGEST_PROGRAM, JSON.stringify(words)],
    label: `digests of ${asked.image}@${asked.snapshot}`,
  };
}

export function wordsOf(part: DigestPart): Readonly<Record<string, string | number | undefined>> {
  if (part.kind === "changed") return { base: part.base };
  return { first: part.first, count: part.count, of: part.of };
}

const count = z.number().int().nonnegative();
const comparison = z.object({ bytes: count, different: count, ranges: z.array(z.tuple([count, count])) });

export function parseComparison(text: string): Comparison {
  const { ranges, ...read } = parseJson(comparison, text, "the digest program");
  return { ...read, ranges: ranges.map(([offset, length]) => ({ offset, length })) };
}

/** Which of the stages (their stderr and exit codes) could not run for want of Python or its bindings of Ceph. */
export function findMissingBindings(
  stages: readonly {
    readonly file: string;
    readonly code: number | undefined;
    readonly signal: unknown;
    readonly stderr: string;
  }[],
): number | undefined {
  const found = stages.findIndex(
    ({ file, code, signal, stderr }) =>
      /python3-rbd is missing/.test(stderr) ||
      /python3.*(not found|No such file)/i.test(stderr) ||
      (file === PYTHON && code === undefined && signal === undefined),
  );
  return found < 0 ? undefined : found;
}
