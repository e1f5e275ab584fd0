import type { Command, Pipeline } from "@backurne/exec";

const DECOMPRESS: Command = { file: "zstd", args: ["-d", "-c", "-q"] };

/** A pipeline whose output is compressed where it runs, and the stage that undoes it here. */
export function compress(pipeline: Pipeline, level = 1): { readonly there: Pipeline; readonly here: Command } {
  return {
    // It says at its end how much it wrote (`hearZstd`): nobody has to count bytes between it and the other side.
    there: [...pipeline, pack(level, "-v")],
    here: DECOMPRESS,
  };
}

/** A pipeline whose input is decompressed where it runs, and the stage that compresses it here. */
export function expand(pipeline: Pipeline, level = 1): { readonly here: Command; readonly there: Pipeline } {
  return { here: pack(level, "-q"), there: [DECOMPRESS, ...pipeline] };
}

function pack(level: number, words: "-q" | "-v"): Command {
  return { file: "zstd", args: [`-${level}`, "-c", words] };
}
