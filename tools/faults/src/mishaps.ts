import type { Fault } from "./fault.ts";
import { quote } from "./quote.ts";

// What may happen to a stream, as words for tests. Most are told where in the stream; -o pipefail is off, so a cut looks like success.

/** The live export ends after that many bytes. */
export function cutExport(bytes: number, exit = 1): Fault {
  return onExport(`"$real" "$@" | head -c ${bytes}; exit ${exit}`);
}

/** The whole stream, its end included, and then this exit code. */
export function failAfterExport(exit: number): Fault {
  return onExport(`"$real" "$@"; exit ${exit}`);
}

/** Something happens to the live side while the export stands at that byte. */
export function during(bytes: number, commands: string): Fault {
  return onExport(
    `"$real" "$@" | { head -c ${bytes}; { ${commands}; } >&2 </dev/null; cat; }; exit "\${PIPESTATUS[0]}"`,
  );
}

/** The export ends with exit 0 that many bytes after the end of its nth record of data. */
export function endBehindRecord(record: number, bytes: number): Fault {
  return onExport(`"$real" "$@" | ${passRecords(record, bytes)}; exit 0`);
}

/** A filter that passes everything up to there. */
export function passRecords(record: number, bytes: number): string {
  return `perl -e ${quote(behindRecord)} ${record} ${bytes}`;
}

/** A record that no version of the format has, before all others. */
export function unknownTag(): Fault {
  return onExport(`"$real" "$@" | { head -c 12; printf x; cat; }; exit "\${PIPESTATUS[0]}"`);
}

/** A bit of the compressed stream turns over; `lost` bytes of its end, the checksum, do not arrive. */
export function flipBit(byte: number, lost = 0): Fault {
  const flip = `"$real" "$@" | perl -e ${quote(flipAt)} ${byte}`;
  const does = lost === 0 ? `${flip}; exit 0` : `${flip} | head -c -${lost}; exit 0`;
  return { where: "live", program: "zstd", when: "-1", does, once: true };
}

/** The backup side reads everything, makes nothing of it, and says that all is well. */
export function swallow(): Fault {
  return { where: "backup", when: "import-diff", does: "cat >/dev/null; exit 0", once: true };
}

/** The backup side has received and committed everything, and then this happens. */
export function afterImport(commands: string): Fault {
  return { where: "backup", when: "import-diff", does: `"$real" "$@" || exit; ${commands}`, once: true };
}

export function onExport(does: string): Fault {
  return { where: "live", when: "export-diff", does, once: true };
}

/** A filter of perl: one byte of the stream, by its number, is another one. */
export const flipAt = `
binmode $_ for STDIN, STDOUT;
my ($at, $seen) = (shift, 0);
while (my $got = sysread STDIN, my $part, 65536) {
  substr($part, $at - $seen, 1) ^= "\\x10" if $at >= $seen && $at < $seen + $got;
  $seen += $got;
  print $part;
}`;

const behindRecord = `
binmode $_ for STDIN, STDOUT;
my ($records, $more) = @ARGV;
sub pass { my $want = shift; local $/ = \\$want; my $part = $want ? <STDIN> : ''; defined $part or exit 1; print $part; $part }
pass(12);
while ($records > 0) {
  my $tag = pass(1);
  if ($tag eq 'w') { pass(8); pass(unpack 'Q<', pass(8)); $records-- }
  elsif ($tag eq 'z') { pass(16) }
  elsif ($tag eq 's') { pass(8) }
  else { pass(unpack 'L<', pass(4)) }
}
pass($more);`;
