/** What moves the cursor, ends a line, or turns the text around it. */
// oxlint-disable-next-line no-control-regex
const MISLEADING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Names of images and snapshots are chosen by guests and operators: rbd accepts newlines and
 * escape sequences in them. Whatever is shown to a person goes through here.
 */
export function printable(text: string): string {
  return text.replace(MISLEADING, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
