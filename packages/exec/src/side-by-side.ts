import { BackurneError } from "@backurne/model";
import type { Command } from "./types.ts";

/** What one of the commands printed, and how it ended (128 + n: by signal n; 127: no such program). */
export interface Answer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * One command that runs all of these, at most `width` at a time, and prints what `parseSideBySide` reads.
 * Their argv stay arguments, they never become script. Exits 0 whatever became of them.
 */
export function sideBySide(commands: readonly Command[], width: number): Command {
  const words = commands.map(({ file, args, env }) => [...assignments(env), file, ...args]);
  const framed = words.flatMap((argv) => [String(argv.length), ...argv]);
  return { file: "bash", args: ["-c", script, "side-by-side", String(width), ...framed] };
}

function assignments(env: Command["env"]): readonly string[] {
  return env === undefined ? [] : ["env", ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
}

/** Each worker takes every width-th command. The frame: count; codes; sizes of stdout and stderr; the bytes. */
const script = `
width=$1; shift; all=("$@"); count=0
for ((at = 0; at < \${#all[@]}; at += size[count] + 1, count++)); do from[count]=$((at + 1)); size[count]=\${all[at]}; done
directory=$(mktemp -d) || exit 125
trap 'rm -rf "$directory"' EXIT
work() {
  for ((i = $1; i < count; i += width)); do
    (exec -- "\${all[@]:from[i]:size[i]}") </dev/null >"$directory/$i.out" 2>"$directory/$i.err"
    echo $? >"$directory/$i.code"
  done
}
for ((worker = 0; worker < width && worker < count; worker++)); do work "$worker" & done
wait
for ((i = 0; i < count; i++)); do
  codes+=("$directory/$i.code") files+=("$directory/$i.out" "$directory/$i.err")
done
set -o pipefail
{ echo "$count" && cat "\${codes[@]}" && stat -c %s "\${files[@]}" && cat "\${files[@]}"; } | base64 -w0 || exit 125
`;

export function parseSideBySide(stdout: string): readonly Answer[] {
  const bytes = Buffer.from(stdout, "base64");
  let at = 0;
  const number = () => {
    const end = bytes.indexOf("\n", at);
    const value = end < 0 ? Number.NaN : Number(bytes.toString("latin1", at, end) || Number.NaN);
    if (!Number.isInteger(value)) throw new BackurneError("unexpected", "the answers of a group of commands are cut");
    at = end + 1;
    return value;
  };
  const take = (size: number) => {
    if (at + size > bytes.length) throw new BackurneError("unexpected", "the answers of a group of commands are cut");
    return bytes.subarray(at, (at += size));
  };
  const count = number();
  const codes = Array.from({ length: count }, number);
  const sizes = Array.from({ length: count }, () => ({ stdout: number(), stderr: number() }));
  return sizes.map((size, index) => ({
    code: codes[index]!,
    stdout: take(size.stdout),
    stderr: take(size.stderr),
  }));
}
