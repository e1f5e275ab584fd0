import type { Output, World } from "./world.ts";

/** The foot of a terminal that is drawn anew in place, below lines that stay. */
export interface Screen {
  /** Text that stays, above the foot. */
  print(text: string): void;
  draw(lines: readonly string[]): void;
  /** Wipes the foot and gives the cursor back. */
  close(): void;
}

const HIDE = "\u001b[?25l";
const SHOW = "\u001b[?25h";

export function openScreen(output: Output, { onCrash }: Pick<World, "onCrash">): Screen {
  let foot: readonly string[] = [];
  // Back to the first line of the foot, then clear to the end of the screen.
  const wipe = () => (foot.length === 0 ? "" : `\r${foot.length > 1 ? `\u001b[${foot.length - 1}A` : ""}\u001b[J`);
  const put = (before: string) => output.write(`${wipe()}${before}${foot.join("\n")}`);
  const close = () => {
    output.write(wipe() + SHOW);
    foot = [];
  };
  const forget = onCrash(close);
  output.write(HIDE);
  return {
    print: (text) => put(text),
    draw: (lines) => {
      const before = wipe();
      foot = lines;
      output.write(before + lines.join("\n"));
    },
    close: () => {
      forget();
      close();
    },
  };
}
