import { quote } from "./quote.ts";

/** What may befall any call, whatever it is for. */
export const TROUBLES = [
  "program killed",
  "tool killed before",
  "tool killed after",
  "tool stopped",
  "fails",
  "fails afterwards",
  "lies",
  "cut",
  "garbage",
  "late",
  "no space",
  "connection lost",
] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface Details {
  /** For `tool stopped` and `late`. */
  readonly seconds?: number;
  /** The wrong exit code: some of them mean something. */
  readonly code?: number;
}

/** The bash of a fault. */
export function does(trouble: Trouble, { seconds = 1, code = 1 }: Details = {}): string {
  switch (trouble) {
    case "program killed":
      // At any moment of its life, or after it; its input is not what bash gives to those it starts aside.
      return `"$real" "$@" <&0 & victim=$!
sleep "$(printf '0.%03d' $((RANDOM % 200)))"
kill -9 "$victim"; wait "$victim"; kill -9 $$`;
    case "tool killed before":
      return `kill -9 "$(tool)"; exit 1`;
    case "tool killed after":
      return `"$real" "$@"; code=$?; kill -9 "$(tool)"; exit "$code"`;
    case "tool stopped":
      // The program goes on meanwhile. Who wakes the tool is of no group that ends with the program's.
      return `pid=$(tool); kill -STOP "$pid"
setsid bash -c 'sleep "$0"; kill -CONT "$1"' ${seconds} "$pid" </dev/null >/dev/null 2>&1 &
exec "$real" "$@"`;
    case "fails":
      return `echo "$program: it went wrong" >&2; exit ${code}`;
    case "fails afterwards":
      return `"$real" "$@"; echo "$program: it went wrong" >&2; exit ${code}`;
    case "lies":
      return `${swallow}; exit 0`;
    case "cut":
      return `answer=$(mktemp -p "$dir"); "$real" "$@" >"$answer"; size=$(stat -c %s "$answer")
[ "$size" -gt 1 ] || rm "$strike" # nothing to cut
head -c "$((size / 2))" "$answer"; rm "$answer"; exit 0`;
    case "garbage":
      return `"$real" "$@" >/dev/null; /usr/bin/perl -e ${quote(noise)}; exit 0`;
    case "late":
      return `sleep ${seconds}; exec "$real" "$@"`;
    case "no space":
      return `[[ "$line" != *import-diff* ]] || head -c 50000 | "$real" "$@" 2>/dev/null
${swallow}; echo "$program: failed: (28) No space left on device" >&2; exit 28`;
    case "connection lost":
      return `${ownSession}
kill -9 "$session"; exec "$real" "$@"`;
  }
}

/** ssh's input stays open for as long as we hold it. */
const swallow = `[ "$program" = ssh ] || cat >/dev/null`;

/** The sshd of the connection that this program came by; here it is ssh itself. */
const ownSession = `session=$$
[ "$program" = ssh ] || while [ "$(</proc/$session/comm)" != sshd ]; do session=$(awk '{ print $4 }' "/proc/$session/stat"); done`;

/** The same each time. */
const noise = `srand 1; print map { chr int rand 256 } 1 .. 3000`;
