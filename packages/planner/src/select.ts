import type { Disk, LiveCluster, ProfileSettings, Rule } from "@backurne/model";
import type { Selection } from "./facts.ts";

/** Which rule of its cluster speaks for a disk: the first match wins. */
export function selectDisk(cluster: LiveCluster, disk: Disk): Selection {
  const rule = cluster.rules.find((candidate) => matches(candidate, disk));
  const defaults = cluster.profiles.filter((profile) => profile.default);
  const { fsfreeze } = cluster;
  if (!rule) return { selected: true, profiles: defaults, because: "profiles", named: false, fsfreeze };
  const because = nameRule(rule);
  if (rule.effect === "exclude") return { selected: false, profiles: [], because, named: true, fsfreeze };
  const profiles = named(cluster.profiles, rule) ?? defaults;
  return { selected: true, profiles, because, named: true, fsfreeze: rule.fsfreeze ?? fsfreeze };
}

function named(profiles: readonly ProfileSettings[], rule: Rule): readonly ProfileSettings[] | undefined {
  return rule.profiles && profiles.filter((profile) => rule.profiles?.includes(profile.name));
}

function nameRule(rule: Rule): string {
  const matched = Object.entries(rule.match).map(([key, value]) => `${key} ${value}`);
  const place = rule.place ? `  (${rule.place.file.replace(/^.*\//, "")}:${rule.place.line})` : "";
  return `${rule.path} ${matched.join(" ")}${place}`;
}

function matches(rule: Rule, disk: Disk): boolean {
  return Object.entries(rule.match).every(([key, wanted]) => wanted !== undefined && fits(disk, key, String(wanted)));
}

function fits(disk: Disk, key: string, wanted: string): boolean {
  if (key === "vmid") return disk.vm !== undefined && isWithin(disk.vm.vmid, wanted);
  const pattern = glob(wanted);
  // Both things are called a pool, and whoever writes the rule means one that he knows.
  if (key === "pool") return [disk.pool, disk.vm?.pool].some((pool) => pool !== undefined && pattern.test(pool));
  if (key === "tag") return disk.vm?.tags.some((tag) => pattern.test(tag)) === true;
  const attributes: Readonly<Record<string, string | undefined>> = {
    name: disk.guest,
    image: disk.image,
    namespace: disk.namespace,
    adapter: disk.disk,
    storage: disk.storage,
    kind: disk.vm?.kind,
  };
  const attribute = attributes[key];
  return attribute !== undefined && pattern.test(attribute);
}

/** `9000`, or `9000-9099`. */
function isWithin(vmid: number, range: string): boolean {
  const [first, last = first] = range.split("-").map(Number);
  return first !== undefined && last !== undefined && first <= vmid && vmid <= last;
}

/** `*` is any run of characters, `?` one; everything else stands for itself. */
function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "su");
}
