import type { Simulator, Transition } from "@backurne/proxmox-simulator";

/** A time in which a guest stood still. */
export interface Spell {
  readonly from: number;
  readonly until: number;
  readonly by: Transition["by"];
}

/** All of them, in order. Throws when the guest still stands still, or was never told to go on. */
export function spellsOf({ journal, cluster }: Simulator, vmid: number): readonly Spell[] {
  const own = journal.transitions.filter((one) => one.vmid === vmid);
  const spells = own.filter(({ to }) => to === "frozen").map(({ at }, index) => ({ at, end: own[2 * index + 1] }));
  return spells.map(({ at, end }) => {
    if (end?.to !== "thawed" || (cluster.guests.get(vmid)?.agent.frozen ?? 0) > 0)
      throw new Error(`guest ${vmid} was left frozen: ${JSON.stringify(own)}`);
    return { from: at, until: end.at, by: end.by };
  });
}

/** What was asked of one guest, shortly: `agent/ping`. */
export function askedOf({ journal }: Simulator, vmid: number): readonly string[] {
  const own = journal.requests.filter(({ path }) => path.includes(`/qemu/${vmid}/`));
  return own.map(({ path }) => path.replace(/^.*\/qemu\/\d+\//, ""));
}
