import type { FoundGuest } from "@backurne/cluster";
import { describeError, type Finding, type ProxmoxCluster } from "@backurne/model";
import pLimit from "p-limit";
import type { Client } from "./api.ts";
import type { GuestAgent } from "./guest-agent.ts";

type Found = Omit<Finding, "probe">;
type Permissions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Examined {
  readonly settings: ProxmoxCluster;
  readonly client: Client;
  agentOf(vmid: number, node?: string): Pick<GuestAgent, "ping">;
}

/** Permissions, and agents that are switched on and do not answer. */
export async function examineCluster(
  { settings, client, agentOf }: Examined,
  guests: readonly FoundGuest[],
): Promise<readonly Found[]> {
  const freezes = settings.fsfreeze !== false;
  const ask = pLimit(8);
  const pings = guests.filter(({ stillness }) => freezes && stillness.kind === "freezable");
  const [permissions, ...silent] = await Promise.all([
    client.routes().access.permissions.$get() as Promise<Permissions>,
    ...pings.map((guest) => ask(() => pingGuest(guest, { settings, agentOf }))),
  ]);
  return [...judgePermissions(settings.name, permissions, freezes), ...silent.flat()];
}

/** Roles of Proxmox VE before 9 had one privilege for all commands to the agent. */
const NEEDED: readonly (readonly [tree: string, privileges: readonly string[], why: string, freezing: boolean])[] = [
  ["/vms", ["VM.Audit"], "guests it may not see are not backed up", false],
  ["/storage", ["Datastore.Audit"], "storages it may not see hide the disks on them", false],
  [
    "/vms",
    ["VM.Monitor", "VM.GuestAgent.FileSystemMgmt", "VM.GuestAgent.Unrestricted"],
    "no guest can be held still",
    true,
  ],
];

/** Findings about what a user may do, by path. */
export function judgePermissions(about: string, permissions: Permissions, freezes: boolean): readonly Found[] {
  return NEEDED.filter(([, , , freezing]) => freezes || !freezing).flatMap(
    ([tree, privileges, why]): readonly Found[] => {
      const granted = Object.entries(permissions)
        .filter(([, own]) => privileges.some((privilege) => own[privilege] !== undefined))
        .map(([path]) => path);
      if (granted.some((path) => path === "/" || path === tree)) return [];
      const some = granted.filter((path) => path.startsWith(tree) || path.startsWith("/pool"));
      return [
        {
          severity: some.length > 0 ? "info" : "error",
          about,
          what:
            some.length > 0
              ? `${privileges[0]} is granted on ${some.slice(0, 5).join(", ")} only`
              : `${privileges.join(" or ")} is not granted on ${tree}`,
          why,
          how: `pveum acl modify ${tree} with a role that has it, for the user and, where one is used, its token`,
        },
      ];
    },
  );
}

async function pingGuest(
  { name, config }: FoundGuest,
  { settings, agentOf }: Pick<Examined, "settings" | "agentOf">,
): Promise<readonly Found[]> {
  if (config?.kind !== "qemu") return [];
  try {
    await agentOf(config.vmid, config.node).ping();
    return [];
  } catch (error) {
    return [
      {
        severity: "warning",
        about: `${settings.name}/${name}`,
        what: `its guest agent is switched on and does not answer: ${describeError(error)}`,
        why: "its backups are as after a power cut",
        how: "start qemu-guest-agent in the guest, or switch agent off",
      },
    ];
  }
}
