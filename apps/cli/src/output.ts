import type { WriteStream } from "node:tty";
import type { Output } from "./world.ts";

export function outputTo(stream: WriteStream): Output {
  // A reader that went away (`| head`) ends the output and nothing else: a backup goes on.
  stream.on("error", () => {});
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
  };
}
