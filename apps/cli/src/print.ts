import type { World } from "./world.ts";

type Screenless = Pick<World, "stdout">;

export function printDocument(document: unknown, { stdout }: Screenless): void {
  stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

export function printLines(lines: readonly string[], { stdout }: Screenless): void {
  stdout.write(`${lines.join("\n")}\n`);
}
