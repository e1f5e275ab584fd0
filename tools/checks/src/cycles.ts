import type { Opened } from "./room.ts";
import type { Problem } from "./rules.ts";

/** Declared dependencies, development ones too: turbo cannot order a circle either. */
export function findCycles(all: ReadonlyMap<string, Opened>): readonly Problem[] {
  const done = new Set<string>();
  const problems: Problem[] = [];
  const visit = (room: Opened, path: readonly Opened[]): void => {
    if (path.includes(room)) {
      const circle = [...path.slice(path.indexOf(room)), room].map((one) => one.id);
      const from = path.at(-1) ?? room;
      const line = lineOf(from.manifest, `"${room.name}"`);
      problems.push({ file: `${from.dir}/package.json`, line, message: `packages in a circle: ${circle.join(" → ")}` });
      return;
    }
    if (done.has(room.name)) return;
    for (const name of room.declared.keys()) {
      const next = all.get(name);
      if (next !== undefined) visit(next, [...path, room]);
    }
    done.add(room.name);
  };
  for (const room of all.values()) visit(room, []);
  return problems;
}

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split("\n").length;
}
