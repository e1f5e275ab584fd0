import { BackurneError, printable } from "@backurne/model";
import { z } from "zod";
import type { Client } from "./api.ts";
import { isElsewhere, isNodeDown } from "./error.ts";
import { listGuests } from "./read-guests.ts";
import type { Times } from "./times.ts";

/** How a VM is at this moment. */
export interface VmState {
  /** `paused` is everything between running and off. */
  readonly is: "running" | "paused" | "stopped" | "gone";
  /** What Proxmox itself is doing with it: `backup`, `snapshot`, `migrate`, `clone` and others. */
  readonly lock?: string | undefined;
}

/** The agent in one VM, on whichever node that runs: it may have migrated since it was listed. Each call is one try. */
export interface GuestAgent {
  state(): Promise<VmState>;
  /** Returns when the agent answers. */
  ping(): Promise<void>;
  /** Filesystems that stand still now. A call that fails may have frozen them all the same. */
  freeze(): Promise<number>;
  /** Filesystems that run again; 0: none stood still. */
  thaw(): Promise<number>;
  status(): Promise<"frozen" | "thawed">;
}

const current = z.object({ status: z.string(), qmpstatus: z.string().optional(), lock: z.string().optional() });
const counted = z.object({ result: z.number().int().nonnegative() });
const told = z.object({ result: z.enum(["frozen", "thawed"]) });

export function openGuestAgent(
  client: Client,
  vmid: number,
  { times, node }: { times: Times; node?: string | undefined },
): GuestAgent {
  let known = node;

  async function find(): Promise<string> {
    known ??= (await listGuests(client)).find((guest) => guest.kind === "qemu" && guest.vmid === vmid)?.node;
    if (known === undefined) throw new BackurneError("not-found", `there is no guest ${vmid} any more`);
    return known;
  }

  /** What its old node refused, or never got because it is down, has not been done: asking the new one is no repetition. */
  async function ask<T>(deadline: number, call: (vm: ReturnType<typeof vmOn>) => Promise<T>): Promise<T> {
    const asked = await find();
    try {
      return await call(vmOn(asked, deadline));
    } catch (error) {
      if (!isElsewhere(error) && !isNodeDown(error)) throw error;
      known = undefined;
      const other = await find();
      if (other === asked) throw error;
      return call(vmOn(other, deadline));
    }
  }

  function vmOn(name: string, deadline: number) {
    return client.routes({ deadline }).nodes.$(name).qemu.$(vmid);
  }

  return {
    async state() {
      try {
        const answer = current.parse(await ask(times.status, (vm) => vm.status.current.$get()));
        const { status, qmpstatus = status, lock } = answer;
        if (status === "stopped") return { is: "stopped", lock };
        return { is: qmpstatus === "running" ? "running" : "paused", lock };
      } catch (error) {
        if (error instanceof BackurneError && error.code === "not-found") return { is: "gone" };
        throw error;
      }
    },
    ping: async () => void (await ask(times.ping, (vm) => vm.agent.ping.$post())),
    freeze: async () => read(counted, await ask(times.freeze, (vm) => vm.agent["fsfreeze-freeze"].$post())),
    thaw: async () => read(counted, await ask(times.thaw, (vm) => vm.agent["fsfreeze-thaw"].$post())),
    status: async () => read(told, await ask(times.status, (vm) => vm.agent["fsfreeze-status"].$post())),
  };
}

/** Errors of the agent itself come with status 200. */
const failed = z.object({ result: z.object({ error: z.object({ desc: z.string() }) }) });

function read<T>(shape: z.ZodType<{ result: T }>, answer: unknown): T {
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data.result;
  const error = failed.safeParse(answer);
  if (error.success) {
    const { desc } = error.data.result.error;
    throw new BackurneError("command", `the guest agent says: ${printable(desc.trim()).slice(0, 500)}`);
  }
  throw new BackurneError("unexpected", "the guest agent answered in another form than expected");
}
