import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openFaults, type Fault, type Faults } from "./faults.ts";

/** One call of a program, with when it began and ended: ms since 1970. */
export interface Call {
  readonly began: number;
  readonly ended: number;
  readonly line: string;
}

/** Faults that write down every call of rbd and rados, on both sides. The first that fits a call decides: a test's own come before. */
export async function openTrace(
  ...own: readonly Fault[]
): Promise<Omit<Faults, "calls"> & { calls(): Promise<readonly Call[]> }> {
  const faults = await openFaults();
  const sides = ["live", "backup"] as const;
  const programs = ["rbd", "rados"] as const;
  await faults.set(...own, ...sides.flatMap((where) => programs.map((program) => noteCall({ where, program }))));
  return {
    ...faults,
    async calls() {
      const text = await readFile(join(faults.dir, "trace"), "utf8");
      return text.split("\0").filter(Boolean).map(parseCall);
    },
  };
}

function noteCall(of: Required<Pick<Fault, "where" | "program">>): Fault {
  const line = `${of.where} ${of.program}`;
  return {
    ...of,
    when: ".",
    does: `began=$EPOCHREALTIME; "$real" "$@"; code=$?
printf '%s %s ${line} %s\\0' $began $EPOCHREALTIME "$*" >>"$dir/trace"
(exit $code)`,
  };
}

function parseCall(text: string): Call {
  const [began, ended, ...words] = text.split(" ");
  return { began: Number(began) * 1000, ended: Number(ended) * 1000, line: words.join(" ") };
}
