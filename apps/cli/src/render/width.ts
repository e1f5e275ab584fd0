const NARROW = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200d])/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Columns a terminal needs for `text`. */
export function widthOf(text: string): number {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  return [...text].reduce((sum, character) => sum + widthOfOne(character), 0);
}

/** Shortens in the middle: the beginning and the end of a name tell it apart. */
export function shortenMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const front = takeWidth([...text], Math.ceil((width - 1) / 2));
  const back = takeWidth([...text].toReversed(), Math.floor((width - 1) / 2)).toReversed();
  return `${front.join("")}…${back.join("")}`;
}

export function shortenEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return `${takeWidth([...text], width - 1)
    .join("")
    .trimEnd()}…`;
}

/** Lines no wider than `width`, broken at blanks where there are any. */
export function wrapTo(text: string, width: number): readonly string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  for (let left = text; left;) {
    const fits = takeWidth([...left], width).join("");
    const blank = fits.length < left.length ? `${fits}${left.charAt(fits.length)}`.lastIndexOf(" ") : -1;
    const line = blank > 0 ? left.slice(0, blank) : fits;
    lines.push(line);
    left = left.slice(line.length).trimStart();
  }
  return lines;
}

export function padTo(text: string, width: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + space : space + text;
}

function takeWidth(characters: readonly string[], width: number): readonly string[] {
  let left = width;
  const end = characters.findIndex((character) => (left -= widthOfOne(character)) < 0);
  return end < 0 ? characters : characters.slice(0, end);
}

function widthOfOne(character: string): number {
  if (NARROW.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
