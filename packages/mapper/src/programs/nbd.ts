import { readdir } from "node:fs/promises";
import { BackurneError } from "@backurne/model";
import { readOr } from "./kernel.ts";

/** One that nobody serves. Somebody may be quicker; then connecting fails, and nothing else. */
export async function findFreeNbd(): Promise<string> {
  const names = (await readdir("/sys/block")).filter((name) => /^nbd\d+$/.test(name));
  for (const name of names.toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)))) {
    const served = (await readOr(`/sys/block/${name}/pid`, "")) !== "";
    if (!served && (await readOr(`/sys/block/${name}/size`, "0")) === "0") return `/dev/${name}`;
  }
  throw new BackurneError("refused", "all nbd devices are in use", {
    hint: "unmap something, or load nbd with more of them: modprobe nbd nbds_max=64",
  });
}
