import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { MapRequest } from "@backurne/mapper";
import type { Mapping } from "@backurne/model";
import { createPool, load, rbd, type Sandbox } from "@backurne/sandbox";
import { inject } from "vitest";
import type { Answer, Ask } from "../guest/driver.ts";
import { bundle } from "./bundle.ts";
import { boot, type Guest } from "./guest.ts";
import { importFixtures, makeImages, type Pool } from "./images.ts";

export const FIXTURES = {
  vmfs5: ["vmfs5-two-vms"],
  vmfs6: ["vmfs6"],
  spanned: ["ldm-2003r2-spanned-1", "ldm-2003r2-simple-1", "ldm-2003r2-spanned-2"],
  mirrored: ["ldm-2008r2-mirrored-1", "ldm-2008r2-mirrored-2"],
  striped2003: ["ldm-2003r2-striped-2", "ldm-2003r2-striped-1"],
  striped2008: ["ldm-2008r2-striped-2", "ldm-2008r2-striped-1"],
  raid2003: ["ldm-2003r2-raid5-1", "ldm-2003r2-raid5-2", "ldm-2003r2-raid5-3"],
  raid2008: ["ldm-2008r2-raid5-2", "ldm-2008r2-raid5-3", "ldm-2008r2-raid5-1"],
} as const;

/** A guest, a cluster that it reaches, and backups in there. */
export interface Scene extends AsyncDisposable {
  readonly guest: Guest;
  readonly sandbox: Sandbox;
  readonly pool: Pool;
  /** The command line of backurne, as the guest would type it. */
  readonly backurne: string;
  /** Node, likewise. */
  readonly node: string;
  /** Runs these one after the other, in one process of the guest. */
  ask(...asks: readonly Ask[]): Promise<readonly Answer[]>;
  /** Maps backups of that pool, does the rest, unmaps; says what the mapping was like and what the rest printed. */
  look(images: readonly string[], options?: LookOptions): Promise<Looked>;
  /** Whatever a mapping could have left, in lines; nothing is as it should be. */
  leftovers(): Promise<string>;
}

interface LookOptions {
  readonly vmdk?: string;
  /** Run while they are mapped. */
  readonly script?: string;
}

export interface Looked {
  readonly mapping: Mapping;
  readonly printed: string;
}

/** Whether the longest cases are asked for. */
export const THOROUGH = process.env["BACKURNE_THOROUGH"] === "1";

/** Pool of the backups that the command line makes and maps; the others are in one that is known to the mapper alone. */
export const TYPED = "alpha";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const NODE = `env NODE_COMPILE_CACHE=/run/compiled ${here("../../../node_modules/.bin/node")}`;
const HOME = { stateDir: "/var/lib/backurne", runDir: "/run/backurne" };

export async function openScene(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const sandbox = await load({ dir: inject("sandbox") });
  const pool: Pool = { cluster: sandbox.backup, name: "mapped" };
  for (const name of [pool.name, TYPED]) await createPool(sandbox.backup, name);
  const [driver, backurne] = [await bundle("driver"), await bundle("backurne")];
  const guest = stack.use(await boot());
  await makeImages(pool);
  await importFixtures(Object.values(FIXTURES).flat(), pool);
  await guest.must("modprobe nbd max_part=16 nbds_max=16; mkdir /var/lib/backurne");
  await guest.must(`set -- ${sandbox.backup.conf} ${pool.name}\n${await readFile(here("../guest/images.sh"), "utf8")}`);

  const site = { ...HOME, address: { pool: pool.name, namespace: "", cephConf: sandbox.backup.conf, cephId: "admin" } };
  const ask: Scene["ask"] = async (...asks) => {
    const order = Buffer.from(JSON.stringify({ site, asks })).toString("base64");
    const script = `base64 -d <<<${order} | ${NODE} ${driver}`;
    return JSON.parse(await guest.must(script, { timeout: 1_800_000 })) as Answer[];
  };
  const kept = stack.move();
  return {
    guest,
    sandbox,
    pool,
    backurne: `${NODE} ${backurne}`,
    node: NODE,
    ask,
    async look(images, { vmdk, script = "true" } = {}) {
      const [mapped, shell, unmapped] = await ask(
        mapOf(images, { vmdk }),
        { do: "shell", script },
        { do: "unmap", id: "m1" },
      );
      if (mapped?.error !== undefined || unmapped?.error !== undefined)
        throw new Error(`${mapped?.error} ${unmapped?.error}`);
      return { mapping: mapped?.value as Mapping, printed: printedBy(shell) };
    },
    async leftovers() {
      const left = await Promise.all([pool.name, TYPED].map((name) => leftIn({ cluster: sandbox.backup, name })));
      return [...left.flat(), await guest.must(LEFTOVERS)].join("\n").trim();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Clones, and snapshots that cannot expire. */
async function leftIn({ cluster, name }: Pool): Promise<readonly string[]> {
  const text = await rbd(cluster, ["ls", "-l", `--pool=${name}`, "--format=json"]);
  const listed = JSON.parse(text) as { image: string; snapshot?: string; protected?: string }[];
  return listed
    .filter((one) => one.image.startsWith("restore-") || one.protected === "true")
    .map(({ image, snapshot }) => [`${name}/${image}`, ...(snapshot === undefined ? [] : [snapshot])].join("@"));
}

/** `NAME CONTENT` of each mount point's `etc/hostname`. */
export const HOSTNAMES = 'for at in /run/backurne/m1/*; do echo "${at##*/} $(cat $at/etc/hostname)"; done 2>/dev/null';

export function unmapAll(count: number): readonly Ask[] {
  return Array.from({ length: count }, (_, index): Ask => ({ do: "unmap", id: `m${index + 1}` }));
}

/** Of a `map` that has to have worked. */
export function valueOf(answer: Answer | undefined): Mapping {
  if (answer?.error !== undefined) throw new Error(answer.error);
  return answer?.value as Mapping;
}

/** What a `shell` wrote, errors last. */
export function printedBy(answer: Answer | undefined): string {
  const { stdout, stderr } = (answer?.value ?? { stdout: "", stderr: answer?.error }) as Readonly<
    Record<string, string>
  >;
  return `${stdout}${stderr}`;
}

/** Devices, mounts, processes and files of a mapping, each as a line. */
const LEFTOVERS = `
for nbd in /sys/block/nbd*; do [ ! -e $nbd/pid ] || echo "$nbd is served"; done
dmsetup ls | grep -v 'No devices found' || true
grep -E 'backurne|fuse' /proc/self/mounts || true
grep -lsz '^BACKURNE_MAPPING=' /proc/[0-9]*/environ || true
ls -A /run/backurne /var/lib/backurne/mappings /var/lib/backurne-mapper/mappings 2>/dev/null | grep -v : || true
ls -A /run/udev/rules.d 2>/dev/null | grep backurne || true
ls -A /etc/lvm/backup /etc/lvm/archive /var/lock/qemu-nbd* 2>/dev/null | grep vg_ || true
`;

export function mapOf(images: readonly string[], more: Omit<MapRequest, "backups"> = {}): Ask {
  const backups = images.map((image) => ({
    reference: image,
    image,
    snapshot: "s",
    creation: "2026-11-02T00:00:00.000Z",
  }));
  return { do: "map", request: { backups, ...more } };
}

/** The tree, without what differs from run to run. */
export function draw({ devices }: Mapping): string {
  const lines = devices.map(({ device, on, type = "-", label = "-", size, mountpoint = "-", why }) => {
    const cells = [device, `on ${on.join(" ") || "-"}`, type, label, size, mountpoint];
    return [...cells, ...(why === undefined ? [] : [why])].join(" | ");
  });
  return `${lines.join("\n")}\n`;
}
