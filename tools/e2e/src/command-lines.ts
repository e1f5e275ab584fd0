import { readdirSync, readFileSync } from "node:fs";

/** Notes what anybody on this host can see of all processes, many times a second. */
export function watchCommandLines(): { stop(): readonly string[] } {
  const seen = new Set<string>();
  const look = (): void => {
    for (const name of readdirSync("/proc")) if (/^\d+$/.test(name)) seen.add(commandLine(name));
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return [...seen];
    },
  };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it has ended meanwhile
  }
}
