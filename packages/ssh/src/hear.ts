/** What zstd says besides its work. `wire`: bytes it wrote, which since 1.5 it rounds to three digits. */
export interface Heard {
  readonly wire?: number | undefined;
}

/** 1.5: `( 286 MiB => 1.01 KiB, /*stdout*\)`; before: `( 300000000 => 1037 bytes, /*stdout*\)`. */
const SUMMARY = /^\/\*stdin\*\\ +:.*=> *([\d.]+) ?(?:([KMGTPE])iB|B|bytes), /;
const UNITS = "KMGTPE";

/** undefined: a line of somebody else. */
export function hearZstd(line: string): Heard | undefined {
  const text = line.trim();
  if (/^\*\*\* zstd.* by Yann Collet \*\*\*$|^\*\*\* Zstandard CLI /.test(text)) return {};
  const [, amount, unit = ""] = SUMMARY.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return { wire: Math.round(Number(amount) * 1024 ** (UNITS.indexOf(unit.padStart(1, "-")) + 1)) };
}
