import { z } from "zod";
import { plainCluster } from "../schema/cluster.ts";
import { config } from "../schema/config.ts";
import { profileOverrides } from "../schema/profile.ts";
import { proxmoxCluster } from "../schema/proxmox.ts";
import { address } from "../schema/reach.ts";
import { draftSection, dropped, taken } from "./draft.ts";
import type { Draft, Findings } from "./draft.ts";
import { isDict, isList, toPlain } from "./old.ts";
import type { OldDict, OldEntry, OldValue } from "./old.ts";

/** A mapping inside the draft; the writer turns it into YAML with its comments. */
export class Nested {
  readonly draft: Draft;

  constructor(draft: Draft) {
    this.draft = draft;
  }
}

export function draftBackupCluster(entry: OldEntry, findings: Findings): Draft {
  if (!isDict(entry.value)) return dropped({ key: "backup_cluster", entry, why: "is no mapping" }, "", findings);
  return [
    {
      key: "backup_cluster",
      value: new Nested(draftSection(entry.value, { path: "backup_cluster", shape: address }, findings)),
    },
  ];
}

export function draftProfiles(entry: OldEntry, path: string, findings: Findings): Draft {
  if (!isDict(entry.value)) return dropped({ key: "profiles", entry, why: "is no mapping" }, path, findings);
  const draft = [...entry.value].flatMap(([name, profile]): Draft => {
    const value = isDict(profile.value) ? { ...(toPlain(profile.value) as object) } : toPlain(profile.value);
    // A name that is refused stays where it is: dropping a whole policy quietly would be worse.
    return taken(
      { key: name, entry: profile, value, schema: profileSchema },
      path === "" ? "profiles" : `${path}.profiles`,
      findings,
    );
  });
  return [{ key: "profiles", value: new Nested(draft) }];
}

const profileSchema = profileOverrides.valueType;

/** The list of clusters. What is not a list of mappings is told and left out. */
export function draftClusters(entry: OldEntry, findings: Findings): Draft {
  const clusters = isList(entry.value) ? entry.value : [];
  if (!isList(entry.value) || !clusters.every(isDict)) {
    return dropped({ key: "live_clusters", entry, why: "is no list of mappings" }, "", findings);
  }
  return [
    {
      key: "live_clusters",
      value: clusters.map((cluster, index) => new Nested(draftCluster(cluster as OldDict, index, findings))),
    },
  ];
}

function draftCluster(cluster: OldDict, index: number, findings: Findings): Draft {
  const path = `live_clusters[${index}]`;
  const proxmox = cluster.get("type")?.value === "proxmox";
  const name = String(cluster.get("name")?.value ?? path);
  const shape = (proxmox ? proxmoxCluster : plainCluster).shape;
  const secret = (key: string) => (entry: OldEntry) => draftSecret({ key, entry, name }, path, findings);
  const common = { profiles: (entry: OldEntry) => draftProfiles(entry, path, findings) };
  const special = proxmox
    ? { ...common, passwd: secret("passwd"), password: secret("password"), token_secret: secret("token_secret") }
    : {
        ...common,
        use_helper: (entry: OldEntry) => draftHelper("use_helper", entry, { path, findings }),
        get_helper: (entry: OldEntry) => draftHelper("get_helper", entry, { path, findings }),
        ...(isSet(cluster, "use_helper")
          ? {
              fqdn: (entry: OldEntry) =>
                dropped({ key: "fqdn", entry, why: "is of no use beside use_helper" }, path, findings),
            }
          : cluster.has("ssh")
            ? {}
            : { user: (entry: OldEntry) => draftUser(entry, path, findings) }),
      };
  return draftSection(cluster, { path, shape, special }, findings);
}

function isSet(dict: OldDict, key: string): boolean {
  return (dict.get(key)?.value ?? null) !== null;
}

function draftSecret(
  { key, entry, name }: { key: string; entry: OldEntry; name: string },
  path: string,
  findings: Findings,
): Draft {
  if (typeof entry.value !== "string" || entry.value === "")
    return dropped({ key, entry, why: "is no text" }, path, findings);
  const now = key === "passwd" ? "password" : key;
  const file = findings.keep(`${name}.${now}`, entry.value);
  findings.note(entry.line, `${path}.${key} moves to ${file}`);
  return [{ key: `${now}_file`, value: file }];
}

function draftUser(entry: OldEntry, path: string, findings: Findings): Draft {
  return taken(
    { key: "ssh", entry, value: { user: toPlain(entry.value) }, schema: plainCluster.shape.ssh },
    path,
    findings,
  );
}

/** `{cmd, args}`, or the whole command as a list. */
function draftHelper(
  key: "use_helper" | "get_helper",
  entry: OldEntry,
  { path, findings }: { path: string; findings: Findings },
): Draft {
  const list: readonly OldValue[] = isList(entry.value) ? entry.value : [];
  const [cmd, ...args] = list;
  const value = isList(entry.value) ? { cmd, args } : toPlain(entry.value);
  return taken({ key, entry, value, schema: plainCluster.shape[key] }, path, findings);
}

/** The old tool took Python's names. */
export function draftLogLevel(entry: OldEntry, findings: Findings): Draft {
  const word = String(entry.value).toLowerCase();
  const value = { warning: "warn", critical: "error", fatal: "error", notset: "trace" }[word] ?? word;
  return taken(
    { key: "log_level", entry, value, schema: z.enum(["trace", "debug", "info", "warn", "error", "silent"]) },
    "",
    findings,
  );
}

/** Taken as they are, but for the secrets in them. */
export function draftLoose(key: "influxdb" | "profiles_api", entry: OldEntry, findings: Findings): Draft {
  const schema = config.shape[key];
  if (!isDict(entry.value)) return taken({ key, entry, value: toPlain(entry.value), schema }, "", findings);
  const draft = [...entry.value].flatMap(([inner, value]): Draft => {
    if (value.value === null) return [];
    return /^(password|token)$/.test(inner)
      ? draftSecret({ key: inner, entry: value, name: key }, key, findings)
      : [{ key: inner, value: toPlain(value.value) }];
  });
  return [{ key, value: new Nested(draft) }];
}
