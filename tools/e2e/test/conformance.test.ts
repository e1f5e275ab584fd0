import { openPlainCluster } from "@backurne/cluster-plain";
import { conformCluster, type Harness } from "@backurne/cluster/conformance";
import { createExecutor, createGroupRunner, type Transport } from "@backurne/exec";
import type { PlainCluster, PoolAddress } from "@backurne/model";
import { openObjects, openPool } from "@backurne/rbd";
import { compress, expand, helperTransport, sshTransport } from "@backurne/ssh";
import { describe } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";

const executor = createExecutor();
const GUESTLESS = { "gives back a guest it held still": "a plain cluster knows no guests" };

/** The adapter on a pool of the sandbox, through the given transports. */
function openPlain(arena: Arena, pool: string, { control, bulk }: { control: Transport; bulk: Transport }) {
  const [settings] = arena.settings.liveClusters as [PlainCluster];
  const address = { ...settings.address, pool };
  const run = createGroupRunner(executor, control);
  const reach = (at: PoolAddress) => ({
    pool: openPool({ address: at, run, place: "live" }),
    objects: openObjects({ address: at, run }),
    bulk,
  });
  const access = { ...reach(address), reach, compress, expand, digest: "xxhsum" };
  return openPlainCluster({ ...settings, address }, access);
}

function harnessOf(reach: (arena: Arena) => { control: Transport; bulk: Transport }): () => Promise<Harness> {
  return async () => {
    const arena = await openArena();
    return {
      executor,
      open: async () => openPlain(arena, arena.pool, reach(arena)),
      openBroken: async () => openPlain(arena, "no-such-pool", reach(arena)),
      async createImage(image, snapshots) {
        await arena.createImage(image, 8 * MiB);
        await arena.change(image, [write(MiB, MiB)]);
        for (const name of snapshots) {
          await arena.live(
            "snap",
            "create",
            "--no-progress",
            `--pool=${arena.pool}`,
            `--image=${image}`,
            `--snap=${name}`,
          );
        }
        return image;
      },
    };
  };
}

describe("a plain cluster over ssh", () => {
  conformCluster(
    harnessOf(({ sandbox }) => {
      const target = { host: "live", configFile: sandbox.ssh.configFile };
      return { control: sshTransport(target, "control"), bulk: sshTransport(target, "bulk") };
    }),
    GUESTLESS,
  );
});

describe("a plain cluster behind a helper command", () => {
  conformCluster(
    harnessOf(() => {
      const helper = helperTransport({ cmd: "env", args: ["HELPED=yes"] });
      return { control: helper, bulk: helper };
    }),
    GUESTLESS,
  );
});
