import { findCycles } from "./cycles.ts";
import { openRoom } from "./room.ts";
import { type Problem, RULES } from "./rules.ts";
import type { Room } from "./workspace.ts";

/** Every place where the workspace breaks a rule of the house, in the order of its files. */
export function checkLayers(rooms: readonly Room[]): readonly Problem[] {
  const all = new Map(rooms.map((room) => [room.name, openRoom(room)]));
  const problems = [...all.values()].flatMap((room) => RULES.flatMap((rule) => rule(room, all)));
  return [...problems, ...findCycles(all)].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}
