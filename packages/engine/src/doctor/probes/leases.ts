import { formatKey } from "@backurne/model";
import { ownerOf, type ChainFacts } from "@backurne/planner";
import pLimit from "p-limit";
import type { Facts } from "../../gather.ts";
import { openIntents } from "../../intents.ts";
import { leaseObject, liveLocker, LOCK } from "../../lease.ts";
import { readTrash } from "../../trash.ts";
import type { Found, Scene } from "../probe.ts";

/** Each lease is a process: of very many only so many are looked at. */
const MOST = 100;

/** What a run that died held. Leases of chains that are backed up bar nobody: the next run takes them over, and gives them back. */
export async function leases(scene: Scene): Promise<readonly Found[]> {
  const { facts } = scene;
  if (!facts) return [];
  const found = await Promise.all([unfinished(facts, scene), forsaken(facts, scene)]);
  return found.flat();
}

/** Chains with a transfer that never ended. */
async function unfinished({ chains }: Facts, { house }: Scene): Promise<readonly Found[]> {
  const begun = chains.filter(
    ({ marks: { base }, snapshots, kind }) =>
      kind === "current" && base && !snapshots.some(({ name }) => name === base.name),
  );
  const ask = pLimit(8);
  const found = await Promise.all(
    begun.slice(0, MOST).map(({ image, key }) =>
      ask(async (): Promise<readonly Found[]> => {
        if ((await stateOf(formatKey(key), house)).held) return []; // it is being received
        const open = await house.backup.watched(image);
        return [
          {
            severity: open ? "warning" : "info",
            about: image,
            what: open
              ? "a run died while it was receiving, its lease has expired, and something still has the image open"
              : "a run died while it was receiving; its lease has expired",
            why: open ? "the next run waits for that writer, and gives up" : "the newest point never came to be",
            how: open
              ? "find the process: rbd status shows its address"
              : "the next backup begins again from the last good point",
          },
        ];
      }),
    ),
  );
  return found.flat();
}

/** Leases that no run of this configuration will ever take. Their names are hashes, so what may have one has to be known. */
async function forsaken(facts: Facts, scene: Scene): Promise<readonly Found[]> {
  const { house, now } = scene;
  const [{ begun }, trashed] = await Promise.all([openIntents(house.objects, "doctor", now), readTrash(house)]);
  const of = (all: readonly Pick<ChainFacts, "key">[]): readonly string[] => all.map(({ key }) => formatKey(key));
  const current = facts.chains.filter(({ kind }) => kind === "current");
  const strange = new Set(of(current.filter((chain) => !ownerOf(chain, facts))));
  const disks = facts.clusters.flatMap(({ disks: seen = [], omitted = [] }) => [...seen, ...omitted]);
  const known = new Set([...of(current), ...of(disks.map(({ disk }) => disk))]);
  const gone = new Set([...begun, ...trashed.map(({ mark }) => mark.of)].filter((resource) => !known.has(resource)));
  const ask = pLimit(8);
  const found = await Promise.all(
    [...strange, ...gone].slice(0, MOST).map((resource) => ask(() => judge(resource, strange.has(resource), house))),
  );
  return found.flat();
}

async function judge(resource: string, strange: boolean, house: Scene["house"]): Promise<readonly Found[]> {
  const { held, left } = await stateOf(resource, house);
  if (held) {
    if (!strange) return []; // somebody works on it, and may bring it back
    return [
      {
        severity: "warning",
        about: resource,
        what: `its cluster is not in the configuration, and ${held} works on it`,
        why: "an installation with another configuration uses this pool; each lists the other's chains, and counts them in its brakes",
        how: "give each a pool or a namespace of its own, or both the same configuration",
      },
    ];
  }
  if (!left) return [];
  return [
    {
      severity: "info",
      about: resource,
      what: `a run that died left its lease, and the chain is ${strange ? "of no cluster in the configuration" : "not here any more"}`,
      why: "it bars nobody, but no run will take it away either",
      how: "doctor --fix gives it back",
      fix: { kind: "give back lease", resource },
    },
  ];
}

/** `held`: by whom; `left`: it was taken, and never given back. */
export async function stateOf(
  resource: string,
  { objects, now }: Scene["house"],
): Promise<{ readonly held: string | undefined; readonly left: boolean }> {
  const state = await objects.lockState(leaseObject(resource), LOCK);
  const holder = liveLocker(state, now());
  return { held: holder && (holder.description || "somebody"), left: state !== undefined };
}
