import { forEachOf, type Found, type Probe, type Scene } from "../probe.ts";
import { placeOf, uniqueBy, type Site } from "../site.ts";

/** One process a host. It prints the name of each program, and its place. */
const SCRIPT = `for name do printf '%s\\t%s\\n' "$name" "$(command -v "$name" 2>/dev/null)"; done
printf 'rbd for python3\\t%s\\n' "$(python3 -c 'import rbd; print(1)' 2>/dev/null)"`;

interface Wanted {
  readonly name: string;
  readonly severity: Found["severity"];
  readonly why: string;
  readonly how: string;
  /** Where, when not everywhere. */
  readonly needed?: (site: Site, scene: Scene) => boolean;
}

const isHere = ({ side }: Site): boolean => side === "backup";

const WANTED: readonly Wanted[] = [
  { name: "rbd", severity: "error", why: "nothing is read or written without it", how: "install ceph-common" },
  { name: "rados", severity: "error", why: "leases and marks need it", how: "install ceph-common", needed: isHere },
  { name: "ceph", severity: "error", why: "a cluster is known by its id", how: "install ceph-common" },
  {
    name: "bash",
    severity: "error",
    why: "every pipe there is bash's",
    how: "install bash",
    needed: ({ side }) => side === "live",
  },
  {
    name: "ssh",
    severity: "error",
    why: "live clusters are reached with it",
    how: "install openssh-client",
    needed: (site, { sites }) => isHere(site) && sites.some((one) => one.ssh),
  },
  {
    name: "zstd",
    severity: "error",
    why: "transfers are compressed with it",
    how: "install zstd, or set download_compression: false (a helper command needs it always)",
    needed: (site, { sites }) => (isHere(site) ? sites.some((one) => one.compressed) : site.compressed),
  },
  {
    name: "perl",
    severity: "info",
    why: "the commit filter is in perl; without it one in Node takes its place, slower and larger",
    how: "install perl-base",
    needed: isHere,
  },
  {
    name: "python3",
    severity: "info",
    why: "some comparisons of both sides are made in it",
    how: "install python3",
  },
  {
    name: "rbd for python3",
    severity: "info",
    why: "some comparisons of both sides are made with it",
    how: "install python3-rbd",
  },
];

export const programs: Probe = {
  name: "programs",
  look: (scene) =>
    forEachOf(
      uniqueBy(scene.sites, placeOf),
      ({ host }) => host,
      (site) => lookAt(site, scene),
    ),
};

async function lookAt(site: Site, scene: Scene): Promise<readonly Found[]> {
  const wanted = [...WANTED.filter(({ needed }) => needed?.(site, scene) ?? true), digestOf(scene)];
  const names = wanted.map(({ name }) => name).filter((name) => !name.includes(" "));
  const { stdout } = await site.run({ file: "sh", args: ["-c", SCRIPT, "sh", ...names] }, "read");
  const found = new Map(stdout.split("\n").map((line) => line.split("\t", 2) as [string, string]));
  return wanted
    .filter(({ name }) => !found.get(name))
    .map(({ name, severity, why, how }) => ({ severity, about: site.host, what: `${name} is not there`, why, how }));
}

function digestOf({ house: { digest } }: Scene): Wanted {
  return {
    name: digest,
    severity: "warning",
    why: "snapshots are compared by the digests it prints (hash_binary)",
    how: digest === "xxhsum" ? "install xxhash" : "install it, or name another program as hash_binary",
  };
}
