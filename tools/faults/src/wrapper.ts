import type { Fault } from "./fault.ts";
import { quote } from "./quote.ts";

/**
 * What stands on PATH under the name of every program, in a directory per side. It notes the call, looks whether a fault is
 * meant for it, and otherwise becomes the program.
 */
export function wrapper(dir: string, programs: string): string {
  return `#!/bin/bash
dir=${quote(dir)} program=\${0##*/} where=\${0%/*}; where=\${where##*/} real=${quote(programs)}/$program line="$*"
printf '%s %s %s\\0' "$where" "$program" "$line" >>"$dir/calls"
tool() { until [ -s "$dir/tool" ]; do [ -d "$dir" ] || exit 1; sleep 0.02; done; cat "$dir/tool"; }
# A fault stands at a point until it may go on, or is told to end as if it had never been started.
stand() {
  : >"$dir/$1.reached"
  while [ ! -e "$dir/$1.go" ]; do [ -d "$dir" ] || exit 1; sleep 0.1; done
  [ ! -s "$dir/$1.go" ] || exit 1
}
# The how manieth call it is that fits: of those who ask at one moment, each gets a number of its own.
number() {
  local n=1
  until (set -C; : >"$dir/counts/$1.$n") 2>/dev/null; do n=$((n + 1)); done
  echo "$n"
}
# What proves that it struck.
strikes() {
  strike=$dir/strikes/$1.$$
  printf '%s %s %s' "$where" "$program" "$line" >"$strike"
}
# What ssh runs over there finds the live side's wrappers; \`ssh -O exit -- host\` runs nothing.
if [ "$where $program" = 'backup ssh' ] && [[ "\${!#}" == 'exec bash '* ]]; then
  set -- "\${@:1:$#-1}" "PATH=$dir/live:\\$PATH; \${!#}"
fi
. "$dir/rules"
exec "$real" "$@"
`;
}

/** A rule of \`rules\`, which every wrapper reads when it starts. */
export function rule(fault: Fault, name: string): string {
  const { where, program = "rbd", when, does, once = false, nth = once ? 1 : undefined, andLater = false } = fault;
  const fits = [
    `[ "$where" = ${where} ]`,
    ...(program === "any" ? [] : [`[ "$program" = ${program} ]`]),
    `when=${quote(when)}`,
    `[[ "$line" =~ $when ]]`,
    ...(nth === undefined ? [] : [`[ "$(number ${name})" ${andLater ? "-ge" : "-eq"} ${nth} ]`]),
  ];
  return `if ${fits.join(" && ")}; then
strikes ${name}
${does}
exit
fi
`;
}
