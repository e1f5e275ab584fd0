import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command, Guard } from "@backurne/exec";
import type { ProxmoxApi } from "@backurne/model";
import type { ProxmoxAccess } from "./access.ts";
import type { Times } from "./times.ts";

/** What the watchdog has to know; it travels through a pipe. */
export interface WatchOrder {
  readonly api: ProxmoxApi;
  readonly vmid: number;
  readonly times: Times;
}

/** The watchdog stands beside this file, as source or built. */
function watchdog(): Command {
  const ending = extname(fileURLToPath(import.meta.url));
  const program = fileURLToPath(new URL(`./watchdog${ending}`, import.meta.url));
  const conditions = ending === ".ts" ? ["--conditions=source"] : [];
  return { file: process.execPath, args: [...conditions, program], label: "freeze watchdog" };
}

export function watchFreeze(order: WatchOrder, { guard }: Pick<ProxmoxAccess, "guard">): Promise<Guard> {
  return guard(watchdog(), JSON.stringify(order));
}
