/** As much of a terminal as the live display needs: what a person would see after all that was written. */
export function showOn(text: string): { readonly lines: readonly string[]; readonly cursor: boolean } {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  let cursor = true;
  // oxlint-disable-next-line no-control-regex
  for (const [token, up] of text.matchAll(/\u001b\[(?:(\d+)A|J|\?25[lh]|\d+m)|[^]/g)) {
    if (token === "\n") {
      row += 1;
      column = 0;
      lines[row] ??= "";
    } else if (token === "\r") column = 0;
    else if (up !== undefined) row -= Number(up);
    else if (token === "\u001b[J") {
      lines[row] = (lines[row] ?? "").slice(0, column);
      lines.length = row + 1;
    } else if (token.startsWith("\u001b[?25")) cursor = token.endsWith("h");
    else if (token.length === 1) {
      if (token === "\u001b") throw new Error(`not understood: ${JSON.stringify(text)}`);
      lines[row] = (lines[row] ?? "").slice(0, column).padEnd(column) + token + (lines[row] ?? "").slice(column + 1);
      column += 1;
    }
  }
  return { lines, cursor };
}
