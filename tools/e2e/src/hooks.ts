import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HookSettings } from "@backurne/model";
import { onTestFinished } from "vitest";

/** One call of the hook: when, with which arguments, and what stood on its stdin. */
export interface HookCall {
  /** ms since 1970. */
  readonly at: number;
  readonly kind: string;
  readonly guest: string;
  readonly image: string;
  readonly about: Readonly<Record<string, unknown>>;
}

export interface HookProgram {
  readonly settings: HookSettings;
  calls(): Promise<readonly HookCall[]>;
}

/** A real program for all hooks, which notes each call. `does`: cases of the shell on `KIND GUEST IMAGE`. */
export async function openHookProgram(does: string, timeout = 60_000): Promise<HookProgram> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-hooks-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [file, log] = [join(dir, "hook"), join(dir, "log")];
  await writeFile(log, "");
  await writeFile(
    file,
    `#!/bin/bash
about=$(cat)
printf '%s\\t%s\\t%s\\t%s\\t%s\\n' $EPOCHREALTIME "$1" "$2" "$3" "$about" >>${log}
[ "$BACKURNE_HOOK" = "$1" ] || exit 9
echo "about $2 $3"
case "$1 $2 $3" in
${does}
esac
`,
  );
  await chmod(file, 0o700);
  return {
    settings: { pre_vm: file, pre_disk: file, post_disk: file, post_vm: file, post_transfer: file, timeout },
    async calls() {
      const lines = (await readFile(log, "utf8")).split("\n").filter(Boolean);
      return lines.map((line) => {
        const [at, kind = "", guest = "", image = "", about = ""] = line.split("\t");
        return { at: Number(at) * 1000, kind, guest, image, about: JSON.parse(about) as HookCall["about"] };
      });
    },
  };
}

/** Kinds of the calls for one guest, in order; those for several disks at once in the order of their images. */
export function kindsFor(calls: readonly HookCall[], guest: string): readonly string[] {
  const own = calls.filter((call) => call.guest === guest).map(({ kind, image }) => `${kind} ${image}`.trim());
  const kinds = ["pre_vm", "pre_disk", "post_disk", "post_vm", "post_transfer"];
  const rank = (call: string) => kinds.indexOf(call.split(" ")[0] as string);
  const ordered = own.every((call, index) => index === 0 || rank(own[index - 1] as string) <= rank(call));
  return ordered ? own.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)) : ["OUT OF ORDER", ...own];
}
