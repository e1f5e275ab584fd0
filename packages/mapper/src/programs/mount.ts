import { BackurneError } from "@backurne/model";
import type { MapContext } from "../types.ts";
import { isMounted, readMounts } from "./kernel.ts";
import { findUsers } from "./processes.ts";

/** Nothing of a guest's is run, is a device, or lends rights. */
const TAME = "nodev,nosuid,noexec";

export interface Filesystem {
  readonly device: string;
  readonly type: string;
  readonly at: string;
  readonly options?: string | undefined;
}

export async function mount(filesystem: Filesystem, { run }: Pick<MapContext, "run">): Promise<void> {
  const { device, type, at, options } = filesystem;
  const words = [TAME, ...(options === undefined ? [] : [options])].join(",");
  await run({ file: "mount", args: ["--no-canonicalize", "-t", type, "-o", words, device, at] });
}

/** No link of a guest's leads anywhere: the kernel shows them, and follows none. Not known to helpers, so it comes after them. */
export async function tame(at: string, { run }: Pick<MapContext, "run">): Promise<void> {
  await run({ file: "mount", args: ["--no-canonicalize", "-o", `remount,bind,${TAME},nosymfollow`, at] });
}

/** What is not mounted is no failure. */
export async function unmount(at: string, { run }: Pick<MapContext, "run">): Promise<void> {
  while (await isMounted(at)) {
    const { code } = await run({ file: "umount", args: ["--no-canonicalize", at], answers: [1, 32] });
    if (code !== 0 && (await isMounted(at))) throw await describeUse(at);
  }
}

async function describeUse(at: string): Promise<BackurneError> {
  const inside = (await readMounts()).map((one) => one.at).filter((one) => one.startsWith(`${at}/`));
  const users = [...(await findUsers(at)), ...inside.map((one) => `a mount on ${one}`)];
  const who = users.length === 0 ? "something" : users.join(", ");
  return new BackurneError("held", `${at} is in use by ${who}`, { hint: "end that, or leave it, then unmap again" });
}
