const bold = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

/** A heading of the story. */
export function say(text: string): void {
  console.log(bold ? `\n\u001b[1m== ${text}\u001b[0m` : `\n== ${text}`);
}

export function tell(text: string): void {
  console.log(text.replace(/^/gm, "  "));
}
