import { connectSimulator } from "@backurne/proxmox-simulator";
import type { Sandbox } from "@backurne/sandbox";
import { tell } from "./say.ts";

/** What the Proxmox cluster has seen of the guest's filesystems. */
export async function tellFreezes({ proxmox }: Sandbox): Promise<void> {
  if (!proxmox) return;
  const { transitions } = await connectSimulator(proxmox.control).log();
  let since: number | undefined;
  for (const { at, to, vmid, filesystems } of transitions) {
    if (to === "thawed" && since !== undefined)
      tell(`guest ${vmid}: ${filesystems} filesystems stood still for ${Math.round(at - since)} ms`);
    since = to === "frozen" ? at : undefined;
  }
  if (since !== undefined) throw new Error("the guest was left frozen");
}
