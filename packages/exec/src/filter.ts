import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Command } from "./types.ts";

/**
 * The commit filter passes its stdin on, one byte behind. At the end of the stream it looks at the byte it holds,
 * which must be `e`, says "held" on descriptor 3 and waits there for an `e`: only that sends the byte. When
 * descriptor 3 closes instead (as the kernel does when the tool dies) it ends without it.
 * Perl, because it starts in 2 ms (Node: 40), needs 5 MB (57), and can widen both pipes to 1 MiB (F_SETPIPE_SZ,
 * 1031): 2.3 times as fast as the plain pipe it interrupts. Debian has perl everywhere; Node is the second choice.
 * How far it is, it says at once when something has come at all, and from then on each second or 16 MiB.
 * With a limit it rests after what it has read for as long as that may take at the most: the stream is never faster.
 */
export function filterCommand(path: string, bytesPerSecond = 0): Command {
  const limit = String(bytesPerSecond);
  return hasProgram("perl", path)
    ? { file: "perl", args: ["-e", perl, limit], label: "commit filter" }
    : { file: process.execPath, args: ["--input-type=module", "-e", node, limit], label: "commit filter" };
}

function hasProgram(name: string, path: string): boolean {
  return path.split(":").some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What the filter says on descriptor 3, a line each. */
export type FilterWord = { readonly total: number; readonly held: boolean };

export function readWord(line: string): FilterWord {
  const [number, held] = line.split(" ");
  return { total: Number(number), held: held === "held" };
}

/** What releases the byte. */
export const releaseWord = "e";

const perl = `
open(my $control, '+<&=', 3) or die "no descriptor 3: $!\\n";
fcntl($_, 1031, 1 << 20) for \\*STDIN, \\*STDOUT;
my ($buffer, $held, $total, $told, $second) = ('', 0, 0, 0, time);
while (1) {
  my $got = sysread(STDIN, $buffer, 1 << 20, $held);
  defined $got or die "cannot read the stream: $!\\n";
  last if $got == 0;
  select(undef, undef, undef, $got / $ARGV[0]) if $ARGV[0];
  my $end = $held + $got - 1;
  for (my $at = 0; $at < $end; ) {
    my $put = syswrite(STDOUT, $buffer, $end - $at, $at);
    defined $put or die "cannot pass the stream on: $!\\n";
    $at += $put;
  }
  ($buffer, $held, $total) = (substr($buffer, $end, 1), 1, $total + $end);
  next if $told && $total - $told < 1 << 24 && time == $second;
  ($told, $second) = ($total, time);
  syswrite($control, "$total\\n");
}
$held or die "the stream is empty\\n";
$buffer eq 'e' or die sprintf("the stream ends in byte 0x%02x, not in its end mark\\n", ord $buffer);
syswrite($control, "$total held\\n");
sysread($control, my $word, 1) or exit 3;
$word eq 'e' or exit 3;
syswrite(STDOUT, $buffer) or die "cannot pass the last byte on: $!\\n";
`;

const node = `
import { readSync, writeSync } from "node:fs";
const fail = (why) => { writeSync(2, why + "\\n"); process.exit(1); };
const limit = Number(process.argv[1]);
const rest = new Int32Array(new SharedArrayBuffer(4));
const buffer = Buffer.allocUnsafe((1 << 20) + 1);
let held = 0, total = 0, told = 0, moment = Date.now();
for (;;) {
  const got = readSync(0, buffer, held, 1 << 20, null);
  if (got === 0) break;
  if (limit > 0) Atomics.wait(rest, 0, 0, (1000 * got) / limit);
  const end = held + got - 1;
  for (let at = 0; at < end; ) at += writeSync(1, buffer, at, end - at);
  buffer[0] = buffer[end];
  held = 1;
  total += end;
  if (told > 0 && total - told < 1 << 24 && Date.now() - moment < 1000) continue;
  told = total;
  moment = Date.now();
  writeSync(3, total + "\\n");
}
if (held === 0) fail("the stream is empty");
if (buffer[0] !== 0x65) fail("the stream ends in byte 0x" + buffer.toString("hex", 0, 1) + ", not in its end mark");
writeSync(3, total + " held\\n");
const word = Buffer.alloc(1);
if (readSync(3, word, 0, 1, null) !== 1 || word[0] !== 0x65) process.exit(3);
writeSync(1, buffer, 0, 1);
`;
